/* evaluation.c: see evaluation.h.
 *
 * Traps: a test item's own score is read after the masking, so that one that the person has in
 * train already (data that ship their own test) comes last instead of confusing the count.
 * Where lists of given or sampled candidates are shown, candidates are put into the order of
 * items first: ties must not go to the test items because they happen to stand first.
 * Checked by tests/experiment/test_evaluation.c by hand, by tools/reference/metrics.py on real
 * data. */
#include "experiment/evaluation.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/parallel.h"
#include "metrics/positions.h"
#include "rank/rank.h"

#define BLOCK_USERS_MAX 64
#define BLOCK_USERS_MIN 8
/* 3.5 MB for each thread, if that leaves enough users: what a scratch arena keeps between blocks.
 */
#define BLOCK_SCORES ((size_t)7 << 17)

/* ---- Preparing ------------------------------------------------------------------------------- */

struct threshold {
    const struct interactions *rows;
    double least;
};

static bool is_relevant(void *context, uint32_t user, size_t row) {
    (void)user;
    const struct threshold *threshold = context;
    return (double)interactions_rating(threshold->rows, row) >= threshold->least;
}

static void list_users(struct evaluation *evaluation, struct arena *arena) {
    const struct interactions *rows = evaluation->rated;
    uint32_t *users = ARENA_ARRAY_RAW(arena, uint32_t, rows->user_count);
    for (uint32_t u = 0; u < rows->user_count; u++)
        if (rows->offsets[u + 1] > rows->offsets[u])
            users[evaluation->user_count++] = u;
    evaluation->users = users;
}

/* Shares and popularity in the rows that the model was fitted on. */
static void fill_catalogue(struct evaluation *evaluation, const struct dataset *data,
                           struct arena *arena) {
    const struct interactions *rows = evaluation->histories;
    uint32_t item_count = rows->item_count, highest = 1;
    float *surprise = ARENA_ARRAY_RAW(arena, float, item_count);
    float *popularity = ARENA_ARRAY_RAW(arena, float, item_count);
    uint64_t *genres = ARENA_ARRAY_RAW(arena, uint64_t, item_count);
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    uint32_t *counts = ARENA_ARRAY_RAW(scratch, uint32_t, item_count);
    interactions_item_counts(rows, counts);
    for (uint32_t i = 0; i < item_count; i++)
        highest = counts[i] > highest ? counts[i] : highest;
    double users = split_users_with_rows(rows);
    for (uint32_t i = 0; i < item_count; i++) {
        surprise[i] = (float)-log2((counts[i] ? counts[i] : 1) / users);
        popularity[i] = (float)counts[i] / (float)highest;
        genres[i] = data->movies[i].genres;
    }
    arena_reset(scratch, mark);
    evaluation->catalogue = (struct metric_catalogue){
        .genres = data->genre_count ? genres : NULL,
        .surprise = surprise,
        .popularity = popularity,
    };
}

static enum status take_relevant(struct evaluation *evaluation, double least, struct arena *arena,
                                 struct error *error) {
    evaluation->test = *evaluation->rated;
    if (isnan(least))
        return STATUS_OK;
    struct threshold threshold = {evaluation->rated, least};
    evaluation->test = interactions_filter(evaluation->rated, is_relevant, &threshold, arena);
    if (evaluation->test.count == 0)
        return error_set(error, STATUS_BAD_INPUT,
                         "evaluation.min_relevant=%g leaves no user with a test item: none of %zu "
                         "held-out ratings reaches it",
                         least, evaluation->rated->count);
    return STATUS_OK;
}

enum status evaluation_init(struct evaluation *evaluation, const struct evaluation_input *input,
                            struct arena *arena, struct error *error) {
    const struct split *split = input->split;
    *evaluation = (struct evaluation){
        .metrics = *input->metrics,
        .histories = input->histories,
        .has = {&split->train, input->validation ? NULL : &split->validation},
        .rated = input->validation ? &split->validation : &split->test,
        .ratings = input->ratings,
        .cancel = input->cancel,
        .bare = settings_choice(input->settings, "evaluation.query") == 1,
    };
    TRY(candidates_read(&evaluation->candidates, input->settings, split, input->validation, arena,
                        error));
    TRY(take_relevant(evaluation, settings_real(input->settings, "evaluation.min_relevant"), arena,
                      error));
    list_users(evaluation, arena);
    if (metrics_read(input->metrics, METRIC_LIST))
        fill_catalogue(evaluation, input->data, arena);
    return STATUS_OK;
}

/* ---- Measuring ------------------------------------------------------------------------------- */

struct measuring {
    const struct evaluation *evaluation;
    const struct model *model;
    struct sheet *sheet;
    size_t block_users, list_length;
    bool ranks, places, rates; /* which of them a metric asks for; ranks: places or lists */
};

/* What one thread needs for one user after the other. */
struct desk {
    float *scores; /* [block_users or 1][items or candidates] */
    uint32_t *items, *list;
    struct ranked *ranked; /* [list_length] */
    uint8_t *marks;        /* [item_count] for candidates_of */
    struct arena *scratch; /* for what is as long as a user's test */
};

static struct query query_of(const struct evaluation *evaluation, uint32_t user) {
    return (struct query){.user = evaluation->bare ? MODEL_NO_USER : user,
                          .history = interactions_history(evaluation->histories, user)};
}

static struct history has_of(const struct evaluation *evaluation, int part, uint32_t user) {
    if (!evaluation->has[part])
        return (struct history){0};
    return interactions_history(evaluation->has[part], user);
}

/* The scores of a user's candidates; items NULL: candidate i is item i. */
struct row {
    float *scores;
    const uint32_t *items;
    size_t count;
};

/* The places of the test items, whose own scores are own[]. */
static void place_tests(struct desk *desk, const struct row *row, const struct history *tests,
                        const float *own, struct metric_case *measured) {
    uint32_t *positions = ARENA_ARRAY_RAW(desk->scratch, uint32_t, tests->count);
    uint32_t *order = ARENA_ARRAY_RAW(desk->scratch, uint32_t, tests->count);
    positions_count(row->scores, row->count, own, tests->count, positions, order);
    measured->positions = positions;
    if (tests->ratings) {
        float *gains = ARENA_ARRAY_RAW(desk->scratch, float, tests->count);
        for (size_t i = 0; i < tests->count; i++)
            gains[i] = tests->ratings[order[i]];
        measured->gains = gains;
    }
}

/* Places and list, whichever is read. */
static void rank_user(const struct measuring *measuring, struct desk *desk, const struct row *row,
                      const struct history *tests, const float *own, struct metric_case *measured) {
    measured->test_count = tests->count;
    if (measuring->places)
        place_tests(desk, row, tests, own, measured);
    if (measuring->list_length == 0)
        return;
    measured->list_count =
        rank_top_k(row->scores, row->count, measuring->list_length, desk->ranked);
    for (size_t i = 0; i < measured->list_count; i++)
        desk->list[i] = row->items ? row->items[desk->ranked[i].item] : desk->ranked[i].item;
    measured->list = desk->list;
    measured->catalogue = &measuring->evaluation->catalogue;
}

/* Among all items: the row is masked in place. */
static void rank_among_all(const struct measuring *measuring, struct desk *desk, uint32_t user,
                           float *scores, struct metric_case *measured) {
    const struct evaluation *evaluation = measuring->evaluation;
    size_t item_count = evaluation->candidates.item_count;
    struct history tests = interactions_history(&evaluation->test, user);
    measured->candidate_count = item_count;
    for (int part = 0; part < 2; part++) {
        struct history has = has_of(evaluation, part, user);
        rank_exclude(scores, has.items, has.count);
        measured->candidate_count -= has.count;
    }
    float *own = ARENA_ARRAY_RAW(desk->scratch, float, tests.count);
    for (size_t i = 0; i < tests.count; i++)
        own[i] = scores[tests.items[i]];
    struct row row = {scores, NULL, item_count};
    rank_user(measuring, desk, &row, &tests, own, measured);
}

static int by_item(const void *left, const void *right) {
    const uint32_t *a = left, *b = right;
    return (*a > *b) - (*a < *b);
}

static size_t place_of(uint32_t item, const uint32_t *items, size_t count) {
    const uint32_t *found = bsearch(&item, items, count, sizeof *items, by_item);
    ASSERT(found);
    return (size_t)(found - items);
}

/* Among the test items and the user's own list of candidates. */
static void rank_among_listed(const struct measuring *measuring, struct desk *desk, uint32_t user,
                              struct metric_case *measured) {
    const struct evaluation *evaluation = measuring->evaluation;
    struct history tests = interactions_history(&evaluation->test, user);
    struct candidates_user asked = {
        .user = user,
        .tests = tests.items,
        .test_count = tests.count,
        .has = {has_of(evaluation, 0, user), has_of(evaluation, 1, user)},
    };
    size_t count = tests.count;
    memcpy(desk->items, tests.items, tests.count * sizeof *desk->items);
    count += candidates_of(&evaluation->candidates, &asked, desk->marks, desk->items + tests.count);
    bool sorted = measuring->list_length > 0;
    if (sorted)
        qsort(desk->items, count, sizeof *desk->items, by_item);
    struct query query = query_of(evaluation, user);
    measuring->model->ops->score(measuring->model, &query, 1, desk->items, count, desk->scores);
    float *own = ARENA_ARRAY_RAW(desk->scratch, float, tests.count);
    for (size_t i = 0; i < tests.count; i++)
        own[i] = desk->scores[sorted ? place_of(tests.items[i], desk->items, count) : i];
    measured->candidate_count = count;
    struct row row = {desk->scores, desk->items, count};
    rank_user(measuring, desk, &row, &tests, own, measured);
}

/* Predicted ratings of the held-out rows, brought into the scale. */
static void predict(const struct measuring *measuring, struct desk *desk, uint32_t user,
                    struct metric_case *measured) {
    const struct model *model = measuring->model;
    struct history rated = interactions_history(measuring->evaluation->rated, user);
    if (!rated.ratings)
        return;
    float *predicted = ARENA_ARRAY_RAW(desk->scratch, float, rated.count);
    struct query query = query_of(measuring->evaluation, user);
    model->ops->score(model, &query, 1, rated.items, rated.count, predicted);
    float low = model->rating_min, high = model->rating_max;
    bool scaled = measuring->evaluation->ratings == EVALUATION_SCALED_RATINGS;
    for (size_t i = 0; i < rated.count; i++) {
        float rating = scaled ? low + predicted[i] * (high - low) : predicted[i];
        predicted[i] = fminf(fmaxf(rating, low), high);
    }
    measured->predicted = predicted;
    measured->actual = rated.ratings;
    measured->rating_count = rated.count;
}

static void score_block(const struct measuring *measuring, struct desk *desk,
                        struct parallel_range users) {
    const struct evaluation *evaluation = measuring->evaluation;
    size_t count = users.end - users.begin;
    struct query *queries = ARENA_ARRAY(desk->scratch, struct query, count);
    for (size_t i = 0; i < count; i++)
        queries[i] = query_of(evaluation, evaluation->users[users.begin + i]);
    measuring->model->ops->score(measuring->model, queries, count, NULL,
                                 evaluation->candidates.item_count, desk->scores);
}

static void measure_user(const struct measuring *measuring, struct desk *desk, uint32_t user,
                         float *scores) {
    struct metric_case measured = {0};
    struct arena_position mark = arena_mark(desk->scratch);
    const struct interactions *test = &measuring->evaluation->test;
    bool ranks = measuring->ranks && test->offsets[user + 1] > test->offsets[user];
    if (measuring->rates)
        predict(measuring, desk, user, &measured);
    if (ranks && scores)
        rank_among_all(measuring, desk, user, scores, &measured);
    else if (ranks)
        rank_among_listed(measuring, desk, user, &measured);
    sheet_record(measuring->sheet, user, &measured);
    arena_reset(desk->scratch, mark);
}

/* Room for one block; items and marks only where candidates are listed. */
static struct desk desk_of(const struct measuring *measuring, bool all, size_t longest_test) {
    const struct candidates *candidates = &measuring->evaluation->candidates;
    struct arena *scratch = arena_scratch();
    size_t listed = all ? 0 : candidates->longest + longest_test;
    size_t scores = all ? measuring->block_users * candidates->item_count : listed;
    return (struct desk){
        .scores = ARENA_ARRAY_RAW(scratch, float, scores),
        .items = ARENA_ARRAY_RAW(scratch, uint32_t, listed),
        .list = ARENA_ARRAY_RAW(scratch, uint32_t, measuring->list_length),
        .ranked = ARENA_ARRAY_RAW(scratch, struct ranked, measuring->list_length),
        .marks = ARENA_ARRAY(scratch, uint8_t, all ? 0 : candidates->item_count),
        .scratch = scratch,
    };
}

static size_t longest_test(const struct evaluation *evaluation, struct parallel_range users) {
    size_t longest = 0;
    for (size_t i = users.begin; i < users.end; i++) {
        size_t count = interactions_history(&evaluation->test, evaluation->users[i]).count;
        longest = count > longest ? count : longest;
    }
    return longest;
}

static void measure_block(void *context, size_t block) {
    const struct measuring *measuring = context;
    const struct evaluation *evaluation = measuring->evaluation;
    if (evaluation->cancel && atomic_load(evaluation->cancel))
        return;
    struct parallel_range users = {block * measuring->block_users,
                                   (block + 1) * measuring->block_users};
    users.end = users.end < evaluation->user_count ? users.end : evaluation->user_count;
    struct arena_position mark = arena_mark(arena_scratch());
    bool all = measuring->ranks && evaluation->candidates.kind == CANDIDATES_ALL;
    struct desk desk = desk_of(measuring, all, longest_test(evaluation, users));
    if (all)
        score_block(measuring, &desk, users);
    for (size_t i = users.begin; i < users.end; i++) {
        size_t row = (i - users.begin) * evaluation->candidates.item_count;
        measure_user(measuring, &desk, evaluation->users[i], all ? desk.scores + row : NULL);
    }
    arena_reset(arena_scratch(), mark);
}

static size_t larger(size_t a, size_t b) { return a > b ? a : b; }

void evaluation_run(const struct evaluation *evaluation, const struct model *model,
                    struct sheet *sheet, struct arena *arena) {
    const struct metric_list *metrics = &evaluation->metrics;
    ASSERT(model->item_count == evaluation->candidates.item_count);
    sheet_init(sheet, metrics, evaluation->rated->user_count, model->item_count, arena);
    struct measuring measuring = {
        .evaluation = evaluation,
        .model = model,
        .sheet = sheet,
        .block_users = BLOCK_SCORES / model->item_count,
        .list_length = larger(metrics_largest_k(metrics, METRIC_LIST),
                              metrics_largest_k(metrics, METRIC_EXPOSURE)),
        .rates = metrics_read(metrics, METRIC_RATINGS) && evaluation->ratings,
    };
    measuring.places = metrics_read(metrics, METRIC_POSITIONS);
    measuring.ranks = measuring.list_length > 0 || measuring.places;
    if (measuring.block_users > BLOCK_USERS_MAX)
        measuring.block_users = BLOCK_USERS_MAX;
    if (measuring.block_users < BLOCK_USERS_MIN)
        measuring.block_users = BLOCK_USERS_MIN;
    size_t blocks = (evaluation->user_count + measuring.block_users - 1) / measuring.block_users;
    parallel_for(blocks, measure_block, &measuring);
}

double evaluation_measure(void *context, const struct model *model) {
    const struct evaluation *evaluation = context;
    struct arena arena = {0};
    struct sheet sheet;
    evaluation_run(evaluation, model, &sheet, &arena);
    double value = sheet_value(&sheet, 0).value;
    arena_release(&arena);
    return evaluation->metrics.metrics[0].ops->lower_is_better ? -value : value;
}
