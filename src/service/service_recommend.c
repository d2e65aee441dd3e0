/* service_recommend.c: a person's list, or one for several. See service.h.
 *
 * Idea     Whom it is for (service_query.c), a row of scores over all films (service_scores.c), and
 *          the first k of it: filters stand before the top k, so k films come back whenever k are
 *          allowed.
 * Traps    A page must not depend on how long it is, or pages would overlap: with diversity the
 *          ranking is cut into pools that are each put in order (rank/diversity.h).
 * Checked  tests/service/test_service_recommend.c, test_service_wishes.c. */
#include <string.h>

#include "base/assert.h"
#include "service/recommend_work.h"

/* People who are scored together. */
#define BLOCK 32

static const float *scores_of_people(const struct recommend_work *work, uint32_t item,
                                     struct arena *arena) {
    float *scores = ARENA_ARRAY(arena, float, work->query_count);
    for (size_t q = 0; q < work->query_count; q++)
        scores[q] =
            service_shown_score(work->snapshot->model, work->raw[q * work->item_count + item]);
    return scores;
}

/* The list from the row of scores. */
static void choose(const struct recommend_work *work, struct arena *arena, struct arena *scratch,
                   struct recommend_answer *answer) {
    const struct recommend_request *request = work->request;
    const size_t most = service_query_reach(request, work->item_count);
    const size_t end = request->offset + request->top_k;
    struct ranked *list = ARENA_ARRAY_RAW(scratch, struct ranked, most + 1);
    const size_t count = rank_top_k(work->scores, work->item_count, most, list);
    if (request->diversity > 0)
        service_diversity_apply(
            &(struct service_diversity){work->snapshot, request, work->queries, work->query_count},
            list, count, end, answer);
    const size_t begin = request->offset < count ? request->offset : count;
    answer->has_more = count > end;
    answer->count = (count < end ? count : end) - begin;
    answer->list = ARENA_ARRAY(arena, struct recommendation, answer->count);
    for (size_t i = 0; i < answer->count; i++) {
        const struct ranked *place = &list[begin + i];
        answer->list[i] = (struct recommendation){
            .item = place->item,
            .score = service_scores_shown(work, place),
            .raw_score = work->basis == BASIS_PEOPLE ? place->score : work->raw[place->item],
            .people =
                work->basis == BASIS_PEOPLE ? scores_of_people(work, place->item, arena) : NULL};
    }
}

/* From raw scores to the answer. */
static void finish(struct recommend_work *work, struct arena *arena,
                   struct recommend_answer *answer) {
    struct arena *scratch = arena_scratch();
    const struct arena_position mark = arena_mark(scratch);
    service_scores_order(work, scratch);
    *answer = (struct recommend_answer){.basis = service_query_basis_name(work->basis),
                                        .tier = service_tier(work->request),
                                        .popularity = service_scores_popularity(work),
                                        .context = work->context,
                                        .kept = 1};
    choose(work, arena, scratch, answer);
    if (work->request->explain) {
        const struct query query =
            work->basis == BASIS_PEOPLE
                ? service_query_merged(work->snapshot, work->queries, work->query_count, scratch)
                : work->queries[0];
        service_explain(work->snapshot, &query,
                        service_scores_are_asked(work) || work->basis == BASIS_PEOPLE, arena,
                        answer);
    }
    arena_reset(scratch, mark);
}

enum status service_recommend(const struct snapshot *snapshot,
                              const struct recommend_request *request, struct arena *arena,
                              struct recommend_answer *answer, struct error *error) {
    struct service_queries queries;
    TRY(service_query_all(snapshot, request, arena, &queries, error));
    struct recommend_work work = {.snapshot = snapshot,
                                  .request = request,
                                  .queries = queries.list,
                                  .query_count = queries.count,
                                  .item_count = snapshot->catalogue->items.count};
    work.basis = request->person_count > 1 ? BASIS_PEOPLE : service_query_basis(&queries.list[0]);
    struct arena *scratch = arena_scratch();
    ASSERT(arena != scratch);
    const struct arena_position mark = arena_mark(scratch);
    work.raw = ARENA_ARRAY_RAW(scratch, float, work.query_count *work.item_count);
    service_scores_fill(&work);
    finish(&work, arena, answer);
    arena_reset(scratch, mark);
    return STATUS_OK;
}

/* A block of people, each with a list of his own. */
static void recommend_block(const struct snapshot *snapshot,
                            const struct recommend_request *request, struct arena *arena,
                            struct recommend_answer *answers) {
    const size_t item_count = snapshot->catalogue->items.count, count = request->person_count;
    struct arena *scratch = arena_scratch();
    const struct arena_position mark = arena_mark(scratch);
    struct query queries[BLOCK];
    float *raw = ARENA_ARRAY_RAW(scratch, float, count *item_count);
    for (size_t i = 0; i < count; i++) {
        queries[i] = service_query_of(&request->people[i]);
        queries[i].genre_preference = request->genre_preference;
    }
    snapshot->model->ops->score(snapshot->model, queries, count, NULL, item_count, raw);
    for (size_t i = 0; i < count; i++) {
        struct recommend_request own = *request;
        own.people = &request->people[i];
        own.person_count = 1;
        struct recommend_work work = {.snapshot = snapshot,
                                      .request = &own,
                                      .queries = &queries[i],
                                      .query_count = 1,
                                      .basis = service_query_basis(&queries[i]),
                                      .item_count = item_count,
                                      .raw = raw + i * item_count};
        if (!service_scores_are_asked(&work))
            service_scores_every_film(&work);
        finish(&work, arena, &answers[i]);
    }
    arena_reset(scratch, mark);
}

enum status service_recommend_each(const struct snapshot *snapshot,
                                   const struct recommend_request *request, struct arena *arena,
                                   struct recommend_answer *answers, struct error *error) {
    ASSERT(arena != arena_scratch());
    for (size_t begin = 0; begin < request->person_count; begin += BLOCK) {
        const size_t rest = request->person_count - begin;
        struct recommend_request block = *request;
        block.people = request->people + begin;
        block.person_count = rest < BLOCK ? rest : BLOCK;
        TRY(service_query_check(snapshot, &block, error));
        recommend_block(snapshot, &block, arena, answers + begin);
    }
    return STATUS_OK;
}
