/* imports.c: what people bring along, as the body of a request: POST /api/admin/import, anything
 * that `matinee import` reads, also whole exports; POST /api/users/ID/import, films of one person.
 *
 *     curl --data-binary @letterboxd.zip 'http://localhost:8080/api/users/anna/import'
 *
 * Idea     The body goes into a file of its own for as long as it is read, since archives are read
 *          from files. In the query: `dry_run`, `replace`, `user_id`, `model`.
 * Checked  tests/api/test_api_takeout.c. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "api/film.h"
#include "api/writing.h"
#include "base/alloc.h"
#include "base/files.h"
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
            json_object_set_new(films, imports_format_name(f),
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

/* The body as a file; the path is the caller's, to be removed and freed. */
static enum status spool(const struct request *request, char **path, struct error *error) {
    int descriptor;
    enum status status = files_make_temporary(path, &descriptor, error);
    if (status != STATUS_OK)
        return status;
    for (size_t done = 0; done < request->body_size && status == STATUS_OK;) {
        const ssize_t count = write(descriptor, request->body + done, request->body_size - done);
        if (count > 0)
            done += (size_t)count;
        else if (errno != EINTR)
            status =
                error_set(error, STATUS_IO, "%s: cannot be written: %s", *path, strerror(errno));
    }
    close(descriptor);
    if (status == STATUS_OK)
        return STATUS_OK;
    unlink(*path);
    alloc_free(*path);
    return status;
}

/* The file's own name means nothing to the caller. */
static void hide_path(struct error *error, const char *path) {
    const size_t length = strlen(path);
    struct error shown = *error;
    if (strncmp(error->text, path, length) == 0)
        error_set(&shown, error->status, "the body%s", error->text + length);
    *error = shown;
}

static void import_body(const struct api_context *api, const struct snapshot *snapshot,
                        struct import_request *wanted, const struct request *request,
                        struct response *response) {
    struct import_report report;
    struct error error;
    char *path;
    enum status status = spool(request, &path, &error);
    if (status == STATUS_OK) {
        const char *const paths[] = {path};
        wanted->paths = paths;
        wanted->path_count = 1;
        status =
            service_import_live(api->service, snapshot, wanted, request->arena, &report, &error);
        if (status != STATUS_OK)
            hide_path(&error, path);
        unlink(path);
        alloc_free(path);
    }
    if (status == STATUS_OK)
        response_json(response, request, report_json(service_catalogue(snapshot), &report));
    else if (status == STATUS_BAD_INPUT || status == STATUS_LIMIT)
        problem_answer(response, request, 422, "%s", error.text);
    else
        problem_error(response, request, &error);
}

static void answer(const struct api_context *api, struct import_request *wanted,
                   struct parameters *parameters, struct response *response) {
    const struct request *request = parameters->request;
    struct snapshot *snapshot;
    wanted->dry = parameters_flag(parameters, "dry_run", false);
    wanted->replace_library = parameters_flag(parameters, "replace", false);
    if (!lookup_snapshot(api, parameters, response, &snapshot))
        return;
    if (request->body_size == 0)
        problem_answer(response, request, 400,
                       "the body is empty; send the file itself, such as letterboxd.zip");
    else
        import_body(api, snapshot, wanted, request, response);
    service_release(snapshot);
}

void imports_admin(void *context, const struct request *request, struct response *response) {
    struct parameters parameters = parameters_of_query(request);
    struct import_request wanted = {.person = parameters_text(&parameters, "user_id")};
    if (!wanted.person || writing_person(wanted.person, request, response))
        answer(context, &wanted, &parameters, response);
}

const struct route_parameter imports_person_parameters[] = {
    {"id", "id", NULL, "whose it is", 0, 0, 0, NULL},
    PARAMETERS_END,
};

void imports_person(void *context, const struct request *request, struct response *response) {
    struct parameters parameters = parameters_of_query(request);
    struct import_request wanted = {.person = request->captures[0], .films_only = true};
    if (writing_person(wanted.person, request, response))
        answer(context, &wanted, &parameters, response);
}
