/* service_why.c: see service_why.h.
 *
 * Idea     Of a model that can tell (ops->explain) every row of the past gets its amount of the raw
 *          score, and what is left is the base: what somebody without a past is told, and for a
 *          user of the fit what his own vector knows beyond his rows. For others the largest
 *          reasons of service_explain.c stand in.
 * Cost     one explain(), one score of one film, one look at the parts.
 * Checked  tests/service/test_service_why.c, tests/api/test_api_explain.c. */
#include "service/service_why.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "service/film_remarks.h"
#include "service/service_internal.h"

const char *service_why_method(enum why_method method) {
    static const char *const names[] = {[WHY_NOTHING] = "none",
                                        [WHY_EXACT] = "exact",
                                        [WHY_INTEGRATED] = "integrated gradients",
                                        [WHY_COMPARED] = "comparison"};
    return names[method];
}

struct work {
    const struct snapshot *snapshot;
    struct query query;
    uint32_t item;
    struct arena *arena;
};

static int by_amount(const void *a, const void *b) {
    const struct why_row *x = a, *y = b;
    if (x->amount != y->amount)
        return x->amount > y->amount ? -1 : 1;
    return (x->item > y->item) - (x->item < y->item);
}

static void rows_by_model(const struct work *work, struct why_answer *answer) {
    const struct model *model = work->snapshot->model;
    const struct history *history = &work->query.history;
    struct arena *scratch = arena_scratch();
    const struct arena_position mark = arena_mark(scratch);
    float *amounts = ARENA_ARRAY_RAW(scratch, float, history->count);
    model->ops->explain(model, &work->query, work->item, amounts);
    double sum = 0, speaking = 0;
    answer->rows = ARENA_ARRAY(work->arena, struct why_row, history->count);
    answer->row_count = history->count;
    for (size_t h = 0; h < history->count; h++) {
        sum += (double)amounts[h];
        speaking += fmax((double)amounts[h], 0);
    }
    for (size_t h = 0; h < history->count; h++)
        answer->rows[h] =
            (struct why_row){.item = history->items[h],
                             .rating = history->ratings ? history->ratings[h] : NAN,
                             .amount = amounts[h],
                             .share = amounts[h] > 0 ? (float)((double)amounts[h] / speaking) : 0};
    qsort(answer->rows, answer->row_count, sizeof *answer->rows, by_amount);
    answer->base = (float)((double)answer->raw - sum);
    answer->method = model->traits & MODEL_INTEGRATES ? WHY_INTEGRATED : WHY_EXACT;
    arena_reset(scratch, mark);
}

static float rating_of(const struct history *history, uint32_t item) {
    for (size_t h = 0; history->ratings && h < history->count; h++)
        if (history->items[h] == item)
            return history->ratings[h];
    return NAN;
}

static void rows_by_comparison(const struct work *work, const struct recommendation *film,
                               struct why_answer *answer) {
    answer->row_count = film->reason_count;
    answer->rows = ARENA_ARRAY(work->arena, struct why_row, film->reason_count);
    for (size_t r = 0; r < film->reason_count; r++)
        answer->rows[r] =
            (struct why_row){.item = film->reasons[r].item,
                             .rating = rating_of(&work->query.history, film->reasons[r].item),
                             .share = film->reasons[r].share};
    answer->method = film->reason_count > 0 ? WHY_COMPARED : WHY_NOTHING;
}

static void find_genres(const struct work *work, const struct film_taste *taste,
                        struct why_answer *answer) {
    const uint64_t genres = work->snapshot->genres[work->item];
    const bool rated = work->query.history.ratings != NULL;
    answer->genres =
        ARENA_ARRAY(work->arena, struct why_genre, (size_t)__builtin_popcountll(genres));
    for (uint64_t left = genres; left; left &= left - 1) {
        const uint32_t genre = (uint32_t)__builtin_ctzll(left);
        const size_t films = taste->genres[genre].films;
        answer->genres[answer->genre_count++] = (struct why_genre){
            .genre = genre,
            .films = films,
            .liked = taste->genres[genre].liked,
            .mean_rating = rated && films > 0 ? taste->genres[genre].sum / (double)films : NAN};
    }
}

static const char *whole_sentence(const struct why_answer *answer, const char *why,
                                  struct arena *arena) {
    const char *text = why;
    for (size_t n = 0; n < answer->note_count; n++)
        text = arena_format(arena, "%s; %s", text, answer->notes[n].text);
    return text;
}

static void describe(const struct work *work, bool scored, struct why_answer *answer) {
    const struct snapshot *snapshot = work->snapshot;
    const struct model *model = snapshot->model;
    const bool personal =
        scored && work->query.history.count > 0 && !(model->traits & MODEL_IMPERSONAL);
    const struct film_taste taste = film_remarks_taste(snapshot, &work->query.history);
    const struct film_fame fame = film_remarks_fame(snapshot);
    struct film_remark *notes = ARENA_ARRAY(work->arena, struct film_remark, FILM_REMARKS_MAX);
    struct recommendation film = {.item = work->item};
    struct recommend_answer list = {.count = 1, .list = &film};
    answer->people = snapshot->counts[work->item];
    answer->popularity = film_remarks_popularity(&fame, work->item);
    if (personal && model->ops->explain && !(model->traits & MODEL_NO_EXPLAIN)) {
        rows_by_model(work, answer);
        service_explain_rows(answer->rows, answer->row_count, &film);
        service_explain_sentence(snapshot, &work->query, true, work->arena, &film);
    } else {
        service_explain(snapshot, &work->query, scored, work->arena, &list);
        rows_by_comparison(work, &film, answer);
    }
    if (personal && !film.parts)
        service_explain_parts(snapshot, &work->query, work->arena, &list);
    answer->parts = film.parts;
    answer->part_count = film.part_count;
    find_genres(work, &taste, answer);
    answer->note_count = film_remarks_write(&fame, &taste, work->item, work->arena, notes);
    answer->notes = notes;
    answer->sentence = whole_sentence(answer, film.why, work->arena);
}

enum status service_why(const struct snapshot *snapshot, const struct recommend_request *request,
                        uint32_t item, struct arena *arena, struct why_answer *answer,
                        struct error *error) {
    struct work work = {.snapshot = snapshot, .item = item, .arena = arena};
    struct recommend_request one = *request;
    const struct model *model = snapshot->model;
    *answer = (struct why_answer){0};
    one.top_k = 1;
    TRY(service_query(snapshot, &one, arena, &work.query, error));
    if (item >= snapshot->catalogue->items.count)
        return error_set(error, STATUS_NOT_FOUND, "there is no item number %u among %u", item,
                         snapshot->catalogue->items.count);
    const bool personal = work.query.user != MODEL_NO_USER || work.query.history.count > 0;
    answer->basis = service_basis(&work.query);
    answer->raw = (float)snapshot->counts[item];
    answer->score = snapshot->count_max > 0 ? answer->raw / (float)snapshot->count_max : 0;
    if (personal) {
        model->ops->score(model, &work.query, 1, &item, 1, &answer->raw);
        answer->score = service_shown_score(model, answer->raw);
    }
    answer->base = answer->raw;
    describe(&work, personal, answer);
    return STATUS_OK;
}
