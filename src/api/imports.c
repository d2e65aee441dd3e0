/* imports.c: what people bring along, as the body of a request: POST /api/admin/import, anything
 * that `matinee import` reads, also whole exports; POST /api/users/ID/import, films of one person.
 *
 *     curl --data-binary @letterboxd.zip 'http://localhost:8080/api/users/anna/import'
 *
 * Idea     The body is a file for as long as it is read, since archives are read from files: the
 *          server makes one of a long body, and a short one is written here. It is read on a thread
 *          of its own, record by record, while the connection sleeps (http/later.h), and ends when
 *          the server does.
 * Checked  tests/api/test_api_imports.c. */
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "api/film.h"
#include "api/writing.h"
#include "base/alloc.h"
#include "http/body.h"
#include "http/later.h"
#include "service/service_import.h"

static json_t *note_json(const struct dataset *catalogue, const struct import_note *note) {
    static const char *const kinds[] = {
        [IMPORT_NOT_FOUND] = "not_found", [IMPORT_NEAR] = "near", [IMPORT_FAULT] = "fault"};
    json_t *object =
        json_pack("{s:s, s:I}", "kind", kinds[note->kind], "line", (json_int_t)note->line);
    const char *text = note->title ? note->title : "";
    json_object_set_new(object, note->kind == IMPORT_FAULT ? "error" : "title",
                        film_text(text, strlen(text)));
    if (note->year)
        json_object_set_new(object, "year", json_integer(note->year));
    if (note->kind == IMPORT_NEAR)
        json_object_set_new(object, "item_id", film_id(&catalogue->items, note->item));
    return object;
}

static json_t *report_json(const struct dataset *catalogue, const struct import_report *report) {
    json_t *films = json_object(), *notes = json_array();
    for (size_t f = 0; f < IMPORTS_FORMATS; f++)
        if (report->films[f] > 0)
            json_object_set_new(films, imports_format_name((enum imports_format)f),
                                json_integer((json_int_t)report->films[f]));
    for (size_t i = 0; i < report->note_count; i++)
        json_array_append_new(notes, note_json(catalogue, &report->notes[i]));
    json_t *user =
        report->person
            ? film_outside_id((struct text_slice){report->person, strlen(report->person)})
            : json_null();
    return json_pack("{s:o, s:o, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:o}",
                     "user_id", user, "films", films, "by_id", (json_int_t)report->by_id,
                     "by_title", (json_int_t)report->by_title, "near", (json_int_t)report->near,
                     "not_found", (json_int_t)report->not_found, "others",
                     (json_int_t)report->others, "faults", (json_int_t)report->faults, "lines",
                     (json_int_t)report->lines, "ratings", (json_int_t)report->ratings, "likes",
                     (json_int_t)report->likes, "views", (json_int_t)report->views, "unchanged",
                     (json_int_t)report->unchanged, "library", (json_int_t)report->library, "notes",
                     notes);
}

/* ---- One import, on a thread of its own ---- */

#define IMPORTS_MAX 4 /* at a time */

struct import_job {
    const struct api_context *api;
    const struct request *request;
    struct snapshot *snapshot;
    struct import_request wanted;
    struct arena arena; /* of the report: the request's is the server's meanwhile */
    struct import_report report;
    enum status status;
    struct error error;
};

static atomic_uint running;

/* The body as a file; the path is the caller's, to be removed and freed. */
static enum status spool(struct import_job *job, char **path) {
    const struct request *request = job->request;
    struct body body;
    body_begin(&body, 0, request->body_size, 0);
    body_take(&body, request->body, request->body_size, &job->arena);
    if (body.status != STATUS_OK) {
        job->error = body.error;
        body_end(&body);
        return body.status;
    }
    close(body.descriptor);
    *path = body.path;
    return STATUS_OK;
}

/* The file's own name means nothing to the caller. */
static void hide_path(struct error *error, const char *path) {
    const size_t length = strlen(path);
    struct error shown = *error;
    if (strncmp(error->text, path, length) == 0)
        error_set(&shown, error->status, "the body%s", error->text + length);
    *error = shown;
}

static enum status read_file(struct import_job *job, const char *path) {
    const char *const paths[] = {path};
    job->wanted.paths = paths;
    job->wanted.path_count = 1;
    const enum status status = service_import_live(job->api->service, job->snapshot, &job->wanted,
                                                   &job->arena, &job->report, &job->error);
    if (status != STATUS_OK)
        hide_path(&job->error, path);
    return status;
}

static void run(struct import_job *job) {
    char *own = NULL;
    if (!job->request->body_path)
        job->status = spool(job, &own);
    if (job->status == STATUS_OK)
        job->status = read_file(job, own ? own : job->request->body_path);
    if (own)
        unlink(own);
    alloc_free(own);
}

static void *run_beside(void *context) {
    struct import_job *job = context;
    run(job);
    later_done(job->request->later);
    return NULL;
}

static void finish(void *context, const struct request *request, struct response *response) {
    struct import_job *job = context;
    if (job->status == STATUS_OK)
        response_json(response, request,
                      report_json(service_catalogue(job->snapshot), &job->report));
    else if (job->status == STATUS_BAD_INPUT || job->status == STATUS_LIMIT)
        problem_answer(response, request, 422, "%s", job->error.text);
    else
        problem_error(response, request, &job->error);
    service_release(job->snapshot);
    arena_release(&job->arena);
    atomic_fetch_sub(&running, 1);
}

/* Takes the job's snapshot. */
static void begin(struct import_job *job, struct response *response) {
    struct later *later = job->request->later;
    pthread_t thread;
    atomic_fetch_add(&running, 1);
    if (!later) {
        run(job);
        finish(job, job->request, response);
        return;
    }
    job->wanted.cancel = later->is_stopping;
    later->may_take_long = true;
    later_begin(later, finish, job);
    if (pthread_create(&thread, NULL, run_beside, job) == 0)
        pthread_detach(thread);
    else
        run_beside(job);
}

static void answer(const struct api_context *api, const struct import_request *wanted,
                   struct parameters *parameters, struct response *response) {
    const struct request *request = parameters->request;
    struct import_job *job = ARENA_NEW(request->arena, struct import_job);
    *job = (struct import_job){.api = api, .request = request};
    job->wanted = *wanted;
    job->wanted.dry = parameters_flag(parameters, "dry_run", false);
    job->wanted.replace_library = parameters_flag(parameters, "replace", false);
    if (!lookup_snapshot(api, parameters, response, &job->snapshot))
        return;
    if (request->body_size > 0 && atomic_load(&running) < IMPORTS_MAX) {
        begin(job, response);
        return;
    }
    service_release(job->snapshot);
    if (request->body_size == 0) {
        problem_answer(response, request, 400,
                       "the body is empty; send the file itself, such as letterboxd.zip");
        return;
    }
    problem_answer(response, request, 503, "%d imports are running; send it again later",
                   IMPORTS_MAX);
    response_set_header(response, "Retry-After", "10");
}

/* ---- Routes ---- */

#define PARAMETER_DRY_RUN                                                                          \
    { "dry_run", "flag", "false", "only report what would be taken", 0, 0, 0, NULL }

const struct route_parameter imports_admin_parameters[] = {
    {"file", "text", NULL, "the file itself, of any of these kinds, packed or not", 0, 0,
     ROUTE_FILE, NULL},
    {"user_id", "id", NULL, "whose the films are; else named after the program", 0, 0, 0, NULL},
    PARAMETER_DRY_RUN,
    {"replace", "flag", "false", "of libraries: these films and no others", 0, 0, 0, NULL},
    PARAMETER_MODEL,
    PARAMETERS_END,
};

void imports_admin(void *context, const struct request *request, struct response *response) {
    struct parameters parameters = parameters_of_query(request);
    struct import_request wanted = {.person = parameters_text(&parameters, "user_id")};
    if (!wanted.person || writing_person(wanted.person, request, response))
        answer(context, &wanted, &parameters, response);
}

const struct route_parameter imports_person_parameters[] = {
    {"id", "id", NULL, "whose it is", 0, 0, 0, NULL},
    {"file", "text", NULL, "the file itself, at most 32 MiB, packed or not", 0, 32 << 20,
     ROUTE_FILE, NULL},
    PARAMETER_DRY_RUN,
    PARAMETER_MODEL,
    PARAMETERS_END,
};

void imports_person(void *context, const struct request *request, struct response *response) {
    struct parameters parameters = parameters_of_query(request);
    struct import_request wanted = {.person = request->captures[0], .films_only = true};
    if (writing_person(wanted.person, request, response))
        answer(context, &wanted, &parameters, response);
}
