/* tradeoff.c: see tradeoff.h.
 *
 * Idea     Users are scored once, in blocks, and the pool of each is put in order once for every
 *          amount. The lists of all users at all amounts are kept; figures are worked out of them
 *          one after another, so that they do not depend on threads.
 * Checked  tests/cli/diversity.t; the methods by tests/rank/test_diversity.c. */
#include "experiment/tradeoff.h"

#include <math.h>
#include <string.h>

#include "base/parallel.h"
#include "metrics/accuracy.h"
#include "metrics/exposure.h"
#include "metrics/lists.h"
#include "rank/rank.h"

#define BLOCK 64

struct lists {
    const struct evaluation *evaluation;
    const struct model *model;
    const struct experiment_options *options;
    const uint64_t *genres;
    const float *popularity; /* 0 ... 1, by the logarithm of counts */
    uint32_t *items;         /* [amounts][users][TRADEOFF_K] */
    uint8_t *lengths;        /* [amounts][users] */
    float *kept;             /* [amounts][users] */
};

static struct history history_of(const struct lists *lists, uint32_t user) {
    return interactions_history(lists->evaluation->histories, user);
}

/* One user's lists at all amounts, from his scores. */
static void list_user(const struct lists *lists, size_t place, float *scores,
                      struct arena *scratch) {
    const struct evaluation *evaluation = lists->evaluation;
    const size_t item_count = evaluation->candidates.item_count;
    const uint32_t user = evaluation->users[place];
    const size_t pool = diversity_pool(TRADEOFF_K);
    struct ranked *plain = ARENA_ARRAY(scratch, struct ranked, pool);
    struct ranked *list = ARENA_ARRAY(scratch, struct ranked, pool);
    const struct history history = history_of(lists, user);
    float mix[DATASET_GENRES_MAX] = {0};
    for (int part = 0; part < 2; part++)
        if (evaluation->has[part]) {
            const struct history has = interactions_history(evaluation->has[part], user);
            rank_exclude(scores, has.items, has.count);
        }
    const size_t count = rank_top_k(scores, item_count, pool, plain);
    diversity_mix(lists->genres, history.items, history.count, mix);
    struct diversity diversity = {.method = lists->options->diversity_method,
                                  .genres = lists->genres,
                                  .mix = mix,
                                  .popularity = lists->popularity};
    for (int g = 0; g < DATASET_GENRES_MAX; g++)
        diversity.familiar |= (uint64_t)(mix[g] > 0) << g;
    for (size_t a = 0; a < lists->options->diversity_count; a++) {
        const size_t at = a * evaluation->user_count + place;
        memcpy(list, plain, count * sizeof *list);
        diversity.amount = lists->options->diversity[a];
        diversity_apply(&diversity, list, count, TRADEOFF_K);
        lists->lengths[at] = (uint8_t)(count < TRADEOFF_K ? count : TRADEOFF_K);
        lists->kept[at] = (float)diversity_kept(plain, count, list, TRADEOFF_K);
        for (size_t i = 0; i < lists->lengths[at]; i++)
            lists->items[at * TRADEOFF_K + i] = list[i].item;
    }
}

static void list_block(void *context, size_t shard) {
    const struct lists *lists = context;
    const struct evaluation *evaluation = lists->evaluation;
    const size_t item_count = evaluation->candidates.item_count, begin = shard * BLOCK;
    const size_t rest = evaluation->user_count - begin, count = rest < BLOCK ? rest : BLOCK;
    struct arena *scratch = arena_scratch();
    const struct arena_position mark = arena_mark(scratch);
    struct query queries[BLOCK];
    float *scores = ARENA_ARRAY_RAW(scratch, float, count *item_count);
    for (size_t i = 0; i < count; i++) {
        const uint32_t user = evaluation->users[begin + i];
        queries[i] = (struct query){.user = evaluation->bare ? MODEL_NO_USER : user,
                                    .history = history_of(lists, user)};
    }
    lists->model->ops->score(lists->model, queries, count, NULL, item_count, scores);
    for (size_t i = 0; i < count; i++) {
        const struct arena_position user_mark = arena_mark(scratch);
        list_user(lists, begin + i, scores + i * item_count, scratch);
        arena_reset(scratch, user_mark);
    }
    arena_reset(scratch, mark);
}

/* Places of the test items in a list, ascending; those that are not in it are behind it. */
static size_t positions_in(const struct history *tests, const uint32_t *items, size_t length,
                           uint32_t *positions) {
    size_t found = 0;
    for (size_t i = 0; i < length; i++)
        for (size_t t = 0; t < tests->count; t++)
            if (tests->items[t] == items[i])
                positions[found++] = (uint32_t)i + 1;
    for (size_t t = found; t < tests->count; t++)
        positions[t] = (uint32_t)(TRADEOFF_K + 1 + t);
    return tests->count;
}

static void measure_amount(const struct lists *lists, size_t amount, struct arena *arena,
                           struct experiment_tradeoff_point *point) {
    const struct evaluation *evaluation = lists->evaluation;
    const size_t users = evaluation->user_count;
    float *ndcg = ARENA_ARRAY(arena, float, users), *novelty = ARENA_ARRAY(arena, float, users);
    float *diversity = ARENA_ARRAY(arena, float, users);
    uint32_t *shown = ARENA_ARRAY(arena, uint32_t, evaluation->candidates.item_count);
    for (size_t u = 0; u < users; u++) {
        const struct history tests = interactions_history(&evaluation->test, evaluation->users[u]);
        const size_t at = amount * users + u;
        const uint32_t *items = lists->items + at * TRADEOFF_K;
        uint32_t *positions = ARENA_ARRAY(arena, uint32_t, tests.count);
        const struct metric_case measured = {
            .positions = positions,
            .test_count = positions_in(&tests, items, lists->lengths[at], positions),
            .candidate_count = evaluation->candidates.item_count,
            .list = items,
            .list_count = lists->lengths[at],
            .catalogue = &evaluation->catalogue};
        ndcg[u] = (float)accuracy_ndcg(&measured, TRADEOFF_K);
        diversity[u] = (float)lists_diversity(&measured, TRADEOFF_K);
        novelty[u] = (float)lists_novelty(&measured, TRADEOFF_K);
        for (size_t i = 0; i < lists->lengths[at]; i++)
            shown[items[i]]++;
    }
    *point = (struct experiment_tradeoff_point){
        .amount = lists->options->diversity[amount],
        .ndcg = interval_of(ndcg, NULL, users),
        .diversity = interval_of(diversity, NULL, users),
        .novelty = interval_of(novelty, NULL, users),
        .kept = interval_of(lists->kept + amount * users, NULL, users),
        .coverage = exposure_coverage(shown, evaluation->candidates.item_count)};
}

static void describe_items(struct lists *lists, const struct dataset *data, struct arena *arena) {
    const uint32_t item_count = data->items.count;
    uint64_t *genres = ARENA_ARRAY(arena, uint64_t, item_count);
    uint32_t *counts = ARENA_ARRAY(arena, uint32_t, item_count), most = 1;
    float *popularity = ARENA_ARRAY(arena, float, item_count);
    interactions_item_counts(lists->evaluation->histories, counts);
    for (uint32_t i = 0; i < item_count; i++)
        most = counts[i] > most ? counts[i] : most;
    for (uint32_t i = 0; i < item_count; i++) {
        genres[i] = data->movies[i].genres;
        popularity[i] = log1pf((float)counts[i]) / log1pf((float)most);
    }
    lists->genres = genres;
    lists->popularity = popularity;
}

enum status tradeoff_measure(const struct experiment_job *job, const struct split *split,
                             const struct interactions *histories, const struct model *model,
                             struct experiment_tradeoff *tradeoff, struct error *error) {
    static const char *const names[] = {"ndcg@10", "diversity@10"};
    struct arena arena = {0};
    struct metric_list metrics;
    struct evaluation evaluation;
    const struct experiment_options *options = job->options;
    const size_t amounts = options->diversity_count;
    TRY(metrics_parse_list(&metrics, &(struct metric_request){.names = names, .name_count = 2},
                           job->arena, error));
    const struct evaluation_input input = {.data = job->data,
                                           .split = split,
                                           .settings = job->settings,
                                           .histories = histories,
                                           .metrics = &metrics,
                                           .validation = job->on_validation};
    const enum status status = evaluation_init(&evaluation, &input, &arena, error);
    if (status == STATUS_OK) {
        const size_t rows = amounts * evaluation.user_count;
        struct lists lists = {.evaluation = &evaluation,
                              .model = model,
                              .options = options,
                              .items = ARENA_ARRAY(&arena, uint32_t, rows * TRADEOFF_K),
                              .lengths = ARENA_ARRAY(&arena, uint8_t, rows),
                              .kept = ARENA_ARRAY(&arena, float, rows)};
        describe_items(&lists, job->data, &arena);
        parallel_for((evaluation.user_count + BLOCK - 1) / BLOCK, list_block, &lists);
        struct experiment_tradeoff_point *points =
            ARENA_ARRAY(job->arena, struct experiment_tradeoff_point, amounts);
        for (size_t a = 0; a < amounts; a++)
            measure_amount(&lists, a, &arena, &points[a]);
        *tradeoff = (struct experiment_tradeoff){points, amounts, options->diversity_method,
                                                 evaluation.user_count};
    }
    arena_release(&arena);
    return status;
}
