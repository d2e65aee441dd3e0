/* service_import.c: see service_import.h.
 *
 * Idea     Whatever is said of a film is gathered in one slot for each film of the catalogue, the
 *          latest rating by time, and written at the end, by time, where the store does not have it
 *          already: so the same file may be imported again. Matinee's own lines go to the store as
 *          they come, some hundred at a time.
 * Traps    Ratings come as shares of the best (imports.h) and become the catalogue's: 7 of 10 is
 *          3.5 of 5. Where the data have no ratings they are kept on five stars. A slip of the pen
 *          is looked for in a millisecond, which a file of a million titles that nobody knows must
 *          not cost each time: after NEAR_MAX of them titles are taken as they are.
 * Cost     24 bytes a film of the catalogue, and what film_match.h takes; files of any size.
 * Checked  tests/cli/import.t. */
#include "service/service_import.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/wall_clock.h"
#include "service/film_match.h"
#include "service/live.h"
#include "service/service_feedback.h"
#include "service/service_internal.h"

#define LINES_MAX 500 /* of one write */
#define LINE_BYTES_MAX ((size_t)1 << 20)
#define EVENTS_MAX 500
#define NEAR_MAX 2000 /* titles that are looked up as ones that are misspelt */
#define STARS_BEST 5.0
#define STARS_WORST 0.5

/* What is said of one film. */
struct slot {
    int64_t time;
    float share; /* 0: no rating */
    bool is_seen, is_liked, is_owned;
};

struct importing {
    const struct import_target *target;
    const struct import_request *request;
    struct import_report *report;
    struct arena *arena; /* the caller's: of notes */
    struct arena own;    /* until the end */
    struct film_match *match;
    struct slot *slots; /* [items] */
    struct import_note *notes;
    bool is_personal, has_library;
    struct arena batch; /* texts of the lines */
    struct feedback_imported lines[LINES_MAX];
    const char *files[LINES_MAX];
    size_t numbers[LINES_MAX];
    size_t line_count;
    size_t batch_bytes;
};

static void add_note(struct importing *importing, const struct import_note *note) {
    struct import_report *report = importing->report;
    if (report->note_count == IMPORT_NOTES_MAX)
        return;
    struct import_note *to = &importing->notes[report->note_count++];
    *to = *note;
    to->file = arena_copy(importing->arena, note->file);
    to->title = note->title ? arena_copy(importing->arena, note->title) : NULL;
}

static void take_fault(void *context, const char *file, size_t line, const char *why) {
    struct importing *importing = context;
    importing->report->faults++;
    add_note(importing,
             &(struct import_note){.kind = IMPORT_FAULT, .file = file, .line = line, .title = why});
}

/* ---- Films ---- */

static enum status need_catalogue(struct importing *importing, struct error *error) {
    const struct dataset *catalogue = importing->target->catalogue;
    if (importing->match)
        return STATUS_OK;
    if (!catalogue)
        return error_set(error, STATUS_NOT_FOUND, "%s", importing->target->no_catalogue);
    importing->match = film_match_create(catalogue, &importing->own);
    importing->slots = ARENA_ARRAY(&importing->own, struct slot, catalogue->items.count);
    return STATUS_OK;
}

static bool is_library(enum imports_format format) {
    return format == IMPORTS_JELLYFIN || format == IMPORTS_PLEX || format == IMPORTS_KODI;
}

static void gather(struct slot *slot, const struct imports_film *film, bool is_personal) {
    slot->is_owned = slot->is_owned || film->is_owned;
    if (!is_personal)
        return;
    slot->is_seen = slot->is_seen || film->is_seen;
    slot->is_liked = slot->is_liked || film->is_liked;
    if (isfinite(film->rating) && (slot->share == 0 || film->time >= slot->time)) {
        slot->share = (float)film->rating;
        slot->time = film->time;
    } else if (slot->share == 0 && film->time > slot->time) {
        slot->time = film->time;
    }
}

static enum film_match_way find(struct importing *importing, const struct imports_film *film,
                                uint32_t *item) {
    const struct import_report *report = importing->report;
    const struct film_named named = {.imdb = film->imdb,
                                     .tmdb = film->tmdb,
                                     .title = film->is_other ? NULL : film->title,
                                     .year = film->year,
                                     .exact = report->near + report->not_found >= NEAR_MAX};
    return film_match_find(importing->match, &named, item);
}

static void count_match(struct importing *importing, const struct imports_film *film,
                        enum film_match_way way, uint32_t item) {
    struct import_report *report = importing->report;
    struct import_note note = {.kind = IMPORT_NOT_FOUND,
                               .file = film->file,
                               .line = film->line,
                               .title = film->title,
                               .year = film->year,
                               .item = item};
    report->by_id += way == FILM_MATCH_ID;
    report->by_title += way == FILM_MATCH_TITLE;
    report->near += way == FILM_MATCH_NEAR;
    report->others += way == FILM_MATCH_NONE && film->is_other;
    if (way == FILM_MATCH_NEAR)
        note.kind = IMPORT_NEAR;
    if (way == FILM_MATCH_NONE && film->is_other)
        return;
    report->not_found += way == FILM_MATCH_NONE;
    if (way == FILM_MATCH_NEAR || way == FILM_MATCH_NONE)
        add_note(importing, &note);
}

static enum status check_cancel(const struct importing *importing, struct error *error) {
    const atomic_bool *cancel = importing->request->cancel;
    if (!cancel || !atomic_load(cancel))
        return STATUS_OK;
    return error_set(error, STATUS_CANCELLED,
                     "the import was stopped; send it again: what is there already stays as it is");
}

static enum status take_film(void *context, const struct imports_film *film, struct error *error) {
    struct importing *importing = context;
    struct import_report *report = importing->report;
    uint32_t item = DATASET_NONE;
    TRY(check_cancel(importing, error));
    TRY(need_catalogue(importing, error));
    report->films[film->format]++;
    const enum film_match_way way = find(importing, film, &item);
    count_match(importing, film, way, item);
    const bool is_personal = importing->request->person || !is_library(film->format);
    importing->has_library = importing->has_library || film->is_owned;
    importing->is_personal =
        importing->is_personal ||
        (is_personal && (film->is_seen || film->is_liked || isfinite(film->rating)));
    if (!report->person && importing->is_personal)
        report->person = importing->request->person
                             ? arena_copy(importing->arena, importing->request->person)
                             : arena_copy(importing->arena, imports_format_name(film->format));
    if (way != FILM_MATCH_NONE)
        gather(&importing->slots[item], film, is_personal);
    return STATUS_OK;
}

/* ---- Writing films ---- */

static bool is_wanted(const struct slot *slot) {
    return slot->share > 0 || slot->is_liked || slot->is_seen;
}

static double on_scale(const struct dataset *catalogue, double share) {
    const double best = catalogue->has_ratings ? (double)catalogue->rating_max : STARS_BEST;
    const double worst = catalogue->has_ratings ? (double)catalogue->rating_min : STARS_WORST;
    const double value = round(1e4 * share * best) / 1e4;
    return value > worst ? value : worst;
}

/* Times are in the events, so that they alone say the order. */
static int by_time(const void *a, const void *b) {
    const struct feedback_event *x = a, *y = b;
    return x->time != y->time ? (x->time > y->time) - (x->time < y->time)
                              : strcmp(x->item, y->item);
}

/* Whether the store says as much of the film already. */
static bool is_known(const struct feedback_row *row, const struct feedback_event *event) {
    if (event->kind == FEEDBACK_VIEW)
        return row->kind != FEEDBACK_REMOVE;
    return row->kind == event->kind &&
           (event->kind != FEEDBACK_RATING || fabs(row->value - event->value) < 1e-6);
}

static int by_item(const void *a, const void *b) {
    return strcmp(((const struct feedback_row *)a)->item, ((const struct feedback_row *)b)->item);
}

static struct feedback_event event_of(struct importing *importing, uint32_t item, int64_t now) {
    const struct dataset *catalogue = importing->target->catalogue;
    const struct slot *slot = &importing->slots[item];
    const struct text_slice id = id_map_name(&catalogue->items, item);
    return (struct feedback_event){
        .person = importing->report->person,
        .item = arena_copy_length(&importing->own, id.start, id.length),
        .kind = slot->share > 0  ? FEEDBACK_RATING
                : slot->is_liked ? FEEDBACK_LIKE
                                 : FEEDBACK_VIEW,
        .value = slot->share > 0 ? on_scale(catalogue, (double)slot->share) : (double)NAN,
        .time = slot->time > 0 && slot->time < now ? slot->time : now,
        .hour = -1,
    };
}

/* What is new of the person, by time. */
static size_t list_events(struct importing *importing, struct feedback_event *events,
                          const struct feedback_row *rows, size_t row_count) {
    const uint32_t items = importing->target->catalogue->items.count;
    const int64_t now = (int64_t)wall_clock_seconds();
    size_t count = 0;
    for (uint32_t i = 0; i < items; i++) {
        if (!is_wanted(&importing->slots[i]))
            continue;
        const struct feedback_event event = event_of(importing, i, now);
        const struct feedback_row key = {.item = event.item};
        const struct feedback_row *row =
            row_count ? bsearch(&key, rows, row_count, sizeof *rows, by_item) : NULL;
        if (row && is_known(row, &event))
            importing->report->unchanged++;
        else
            events[count++] = event;
    }
    if (count > 0)
        qsort(events, count, sizeof *events, by_time);
    return count;
}

static enum status write_person(struct importing *importing, struct error *error) {
    const struct import_request *request = importing->request;
    struct import_report *report = importing->report;
    struct feedback *store = importing->target->store;
    const uint32_t items = importing->target->catalogue->items.count;
    struct feedback_event *events = ARENA_ARRAY(&importing->own, struct feedback_event, items);
    struct feedback_row *rows = NULL;
    size_t row_count = 0;
    TRY(feedback_rows(store, report->person, &importing->own, &rows, &row_count, error));
    if (row_count > 0)
        qsort(rows, row_count, sizeof *rows, by_item);
    const size_t count = list_events(importing, events, rows, row_count);
    for (size_t i = 0; i < count; i++) {
        report->ratings += events[i].kind == FEEDBACK_RATING;
        report->likes += events[i].kind == FEEDBACK_LIKE;
        report->views += events[i].kind == FEEDBACK_VIEW;
    }
    for (size_t i = 0; i < count && !request->dry; i += EVENTS_MAX)
        TRY(feedback_append(store, events + i, count - i < EVENTS_MAX ? count - i : EVENTS_MAX,
                            error));
    if (count > 0 && !request->dry && request->changed)
        request->changed(request->context, report->person);
    return STATUS_OK;
}

static enum status write_library(struct importing *importing, struct error *error) {
    const struct dataset *catalogue = importing->target->catalogue;
    const char **ids = ARENA_ARRAY(&importing->own, const char *, catalogue->items.count);
    size_t count = 0;
    for (uint32_t i = 0; i < catalogue->items.count; i++) {
        const struct text_slice id = id_map_name(&catalogue->items, i);
        if (importing->slots[i].is_owned)
            ids[count++] = arena_copy_length(&importing->own, id.start, id.length);
    }
    importing->report->library = count;
    if (importing->request->dry)
        return STATUS_OK;
    return feedback_set_library(importing->target->store, ids, count,
                                importing->request->replace_library, error);
}

/* ---- Matinee's own lines ---- */

static enum status write_lines(struct importing *importing, struct error *error) {
    const struct import_request *request = importing->request;
    const size_t count = importing->line_count;
    const char *last = "";
    importing->line_count = importing->batch_bytes = 0;
    if (!request->dry)
        TRY(feedback_import(importing->target->store, importing->lines, count, error));
    for (size_t i = 0; i < count; i++) {
        const struct feedback_imported *line = &importing->lines[i];
        if (line->fault)
            take_fault(importing, importing->files[i], importing->numbers[i], line->fault);
        else
            importing->report->lines++;
        if (*line->person && strcmp(line->person, last) != 0 && request->changed)
            request->changed(request->context, last = line->person);
    }
    arena_reset(&importing->batch, (struct arena_position){0});
    return STATUS_OK;
}

static enum status take_line(void *context, const char *text, size_t length, const char *file,
                             size_t number, struct error *error) {
    struct importing *importing = context;
    TRY(check_cancel(importing, error));
    if (importing->request->films_only || length > LINE_BYTES_MAX) {
        take_fault(
            importing, file, number,
            length > LINE_BYTES_MAX
                ? "it is longer than 1 MiB"
                : "lines of a whole export may be of anybody: that is for /api/admin/import");
        return STATUS_OK;
    }
    if (importing->line_count == LINES_MAX || importing->batch_bytes + length > LINE_BYTES_MAX)
        TRY(write_lines(importing, error));
    const size_t at = importing->line_count++;
    importing->batch_bytes += length;
    importing->lines[at] = (struct feedback_imported){
        .text = arena_copy_length(&importing->batch, text, length), .length = length};
    importing->files[at] = arena_copy(&importing->batch, file);
    importing->numbers[at] = number;
    return STATUS_OK;
}

/* ---- All of it ---- */

static enum status import_all(struct importing *importing, struct error *error) {
    const struct import_request *request = importing->request;
    const struct imports_sink sink = {importing, take_film, take_line, take_fault};
    for (size_t i = 0; i < request->path_count; i++) {
        TRY(imports_read(request->paths[i], &sink, error));
        if (importing->line_count > 0)
            TRY(write_lines(importing, error));
    }
    if (importing->is_personal)
        TRY(write_person(importing, error));
    return importing->has_library ? write_library(importing, error) : STATUS_OK;
}

enum status service_import(const struct import_target *target, const struct import_request *request,
                           struct arena *arena, struct import_report *report, struct error *error) {
    const size_t length = request->person ? strlen(request->person) : 1;
    *report = (struct import_report){0};
    if (length == 0 || length > FEEDBACK_ID_MAX)
        return error_set(error, STATUS_BAD_USAGE, "a person's id has 1 to %d bytes, found %zu",
                         FEEDBACK_ID_MAX, length);
    struct importing *importing = alloc_zeroed(1, sizeof *importing);
    importing->target = target;
    importing->request = request;
    importing->report = report;
    importing->arena = arena;
    importing->notes = ARENA_ARRAY(arena, struct import_note, IMPORT_NOTES_MAX);
    report->notes = importing->notes;
    const enum status status = import_all(importing, error);
    arena_release(&importing->batch);
    arena_release(&importing->own);
    alloc_free(importing);
    return status;
}

static void tell_live(void *context, const char *person) { live_changed(context, person); }

enum status service_import_live(struct service *service, const struct snapshot *snapshot,
                                const struct import_request *request, struct arena *arena,
                                struct import_report *report, struct error *error) {
    struct import_target target = {.catalogue = service_catalogue(snapshot)};
    struct import_request told = *request;
    TRY(service_store(service, &target.store, error));
    told.changed = tell_live;
    told.context = service_live(service);
    struct error ignored;
    const enum status status = service_import(&target, &told, arena, report, error);
    if (report->lines == 0)
        return status;
    /* Lines of a whole export may say that somebody was erased, or be of films; what was written
     * before it failed counts too. */
    live_reread(told.context);
    const enum status renewed =
        service_renew_films(service, status == STATUS_OK ? error : &ignored);
    return status == STATUS_OK ? renewed : status;
}
