/* service_diversity.c: the order that a request's diversity asks for. See service_internal.h.
 *
 * Idea     rank/diversity.h puts a pool of the best in another order; here it learns of whom it is
 *          for: the genres of his films, or those that he likes.
 * Traps    A page must not depend on how long it is, or pages would overlap: the ranking is cut
 *          into pools that are each put in order.
 * Checked  tests/service/test_service_recommend.c, tests/api/test_api_wishes.c. */
#include <string.h>

#include "service/service_internal.h"

/* A film whose score is above that of the one before it, since something else puts that one first,
 * is worth as much. */
static void level(struct ranked *list, size_t count) {
    for (size_t i = 1; i < count; i++)
        if (list[i].score > list[i - 1].score)
            list[i].score = list[i - 1].score;
}

void service_diversity_apply(const struct service_diversity *asked, struct ranked *list,
                             size_t count, size_t end, struct recommend_answer *answer) {
    const struct recommend_request *request = asked->request;
    const uint64_t *genres = asked->snapshot->genres;
    struct arena *scratch = arena_scratch();
    const struct arena_position mark = arena_mark(scratch);
    float mix[DATASET_GENRES_MAX] = {0};
    struct diversity diversity = {.method = request->diversity_method,
                                  .amount = request->diversity,
                                  .genres = genres,
                                  .mix = mix,
                                  .popularity = asked->snapshot->fame,
                                  .page = request->top_k};
    size_t had = 0;
    for (size_t q = 0; q < asked->query_count; q++) {
        const struct history *history = &asked->queries[q].history;
        diversity_mix(genres, history->items, history->count, mix);
        had += history->count;
    }
    for (uint32_t g = 0; g < asked->snapshot->catalogue->genre_count; g++) {
        diversity.familiar |= (uint64_t)(mix[g] > 0) << g;
        if (had == 0 && request->genre_preference)
            mix[g] = request->genre_preference[g];
    }
    const size_t pool = diversity_pool(request->top_k);
    struct ranked *plain = ARENA_ARRAY_RAW(scratch, struct ranked, pool);
    answer->pool = pool < count ? pool : count;
    level(list, count);
    for (size_t begin = 0; begin < count && begin < end; begin += pool) {
        const size_t size = count - begin < pool ? count - begin : pool;
        memcpy(plain, list + begin, size * sizeof *plain);
        diversity_apply(&diversity, list + begin, size, end - begin);
        answer->kept = diversity_kept(plain, size, list + begin, end - begin);
    }
    arena_reset(scratch, mark);
}
