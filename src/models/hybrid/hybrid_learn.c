/* hybrid_learn.c: weights and combiner of a hybrid, found on the validation rows.
 *
 * Idea     The parts were fitted on train and have not seen validation. Lists: each validation row
 *          is to come first among items drawn from those that the person has in neither (a sampled
 *          softmax over the features). Ratings: each row's rating is to be met.
 *          learned: one weight a part, none below 0, for each activity tier; a tier is drawn to
 *          the weights of all people as if TIER_ROWS rows had spoken for these.
 *          stacked: the coefficients of hybrid_features.c.
 * Cost     scoring all items for each person whose rows are taken, and FEATURES numbers a round of
 *          the solver. Memory: of each row only the parts' values are kept, features are made of
 *          them as they are asked for: a quarter for three parts under a combiner.
 * Traps    Where there are more features, or rows of lists, a random part is taken. A part
 *          that stopped early on the same validation rows looks a little better here than it is.
 *          What was found is rounded to what its setting says, so that a refit from the settings
 *          is the same model.
 * Checked  tests/models/test_hybrid.c: the weights of a known mixture. */
#include <string.h>

#include "base/parallel.h"
#include "base/rng.h"
#include "models/hybrid/combiner.h"
#include "models/hybrid/hybrid_model.h"

#define FEATURES ((size_t)48 << 20)
#define LIST_ROWS 20000 /* many for some dozen coefficients; their people are scored */
#define TIER_ROWS 20
#define TOGETHER_MAX 64              /* people that the parts score at once, */
#define SCORES_MAX ((size_t)1 << 22) /* or so many that a thread's scores are no more */
#define SHARDS_AT_ONCE 8             /* cancelling waits for these */

/* The rows to learn from, person by person, the people ordered by tier. */
struct lesson {
    const struct hybrid *self;
    const struct fit_input *input;
    size_t feature_count, negative_count;
    uint32_t *users;     /* [user_count] */
    uint64_t *user_rows; /* [user_count + 1] validation rows of each in `rows` */
    size_t user_count;
    size_t *rows; /* [event_count] indices of validation rows */
    size_t event_count;
    size_t *groups;                     /* [event_count + 1] */
    size_t tiers[HYBRID_TIERS_MAX + 1]; /* first event of each tier */
    float *values;     /* [rows][parts] normalised scores, or ratings less the mean */
    uint32_t *items;   /* [rows], for a combiner; else NULL */
    float *targets;    /* [event_count] ratings less the mean; lists: NULL */
    float *activities; /* [event_count] of whom the event is */
    size_t together;   /* people in a shard of lists */
    size_t shard;      /* the first of those at work */
};

/* ---- Which rows ------------------------------------------------------------------------------ */

static size_t unseen_by(const struct fit_input *input, uint32_t user) {
    size_t has = interactions_history(input->train, user).count +
                 interactions_history(input->validation, user).count;
    return has < input->train->item_count ? input->train->item_count - has : 0;
}

/* Negatives of each of the user's rows; a person who has nearly everything gets fewer. */
static size_t negatives_of(const struct lesson *lesson, uint32_t user) {
    if (hybrid_rates(lesson->self))
        return 0;
    size_t unseen = unseen_by(lesson->input, user);
    return unseen < lesson->negative_count ? unseen : lesson->negative_count;
}

/* kept[validation rows]: which of them are learned from. */
static uint8_t *choose_rows(const struct lesson *lesson, struct arena *arena) {
    const struct interactions *rows = lesson->input->validation;
    size_t most = FEATURES / ((1 + lesson->negative_count) * lesson->feature_count);
    if (!hybrid_rates(lesson->self) && most > LIST_ROWS)
        most = LIST_ROWS;
    uint8_t *kept = ARENA_ARRAY(arena, uint8_t, rows->count);
    if (rows->count <= most) {
        memset(kept, 1, rows->count);
        return kept;
    }
    uint32_t *order = ARENA_ARRAY_RAW(arena, uint32_t, rows->count);
    for (size_t i = 0; i < rows->count; i++)
        order[i] = (uint32_t)i;
    struct rng rng;
    rng_init(&rng, lesson->input->seed, UINT64_MAX);
    rng_shuffle(&rng, order, (uint32_t)rows->count);
    for (size_t i = 0; i < most; i++)
        kept[order[i]] = 1;
    return kept;
}

static void take_user(struct lesson *lesson, uint32_t user, const uint8_t *kept) {
    const uint64_t *offsets = lesson->input->validation->offsets;
    const size_t negatives = negatives_of(lesson, user), before = lesson->event_count;
    if (negatives == 0 && !hybrid_rates(lesson->self))
        return;
    for (size_t row = (size_t)offsets[user]; row < (size_t)offsets[user + 1]; row++)
        if (kept[row]) {
            lesson->rows[lesson->event_count++] = row;
            lesson->groups[lesson->event_count] =
                lesson->groups[lesson->event_count - 1] + 1 + negatives;
        }
    if (lesson->event_count > before) {
        lesson->users[lesson->user_count++] = user;
        lesson->user_rows[lesson->user_count] = lesson->event_count;
    }
}

static void choose(struct lesson *lesson, struct arena *arena) {
    const struct interactions *rows = lesson->input->validation;
    const struct hybrid_weights *weights = &lesson->self->weights;
    const uint8_t *kept = choose_rows(lesson, arena);
    lesson->users = ARENA_ARRAY(arena, uint32_t, rows->user_count);
    lesson->user_rows = ARENA_ARRAY(arena, uint64_t, (size_t)rows->user_count + 1);
    lesson->rows = ARENA_ARRAY(arena, size_t, rows->count);
    lesson->groups = ARENA_ARRAY(arena, size_t, rows->count + 1);
    for (size_t t = 0; t < weights->tier_count; t++) {
        lesson->tiers[t] = lesson->event_count;
        for (uint32_t user = 0; user < rows->user_count; user++) {
            size_t known = interactions_history(lesson->input->train, user).count;
            if (hybrid_weights_tier(weights, known) == t)
                take_user(lesson, user, kept);
        }
    }
    lesson->tiers[weights->tier_count] = lesson->event_count;
}

/* ---- Features -------------------------------------------------------------------------------- */

/* What the parts say of one person. */
struct pupil {
    const struct lesson *lesson;
    uint32_t user;
    float activity;
    size_t stride;
    const float *values; /* [parts][stride] */
};

/* values[p][at] become those of a row. */
static void put_row(const struct pupil *pupil, size_t at, uint32_t item, size_t row) {
    const struct lesson *lesson = pupil->lesson;
    const size_t parts = lesson->self->parts.count;
    for (size_t p = 0; p < parts; p++)
        lesson->values[row * parts + p] = pupil->values[p * pupil->stride + at];
    if (lesson->items)
        lesson->items[row] = item;
}

/* The rows of an event as a combiner of all events sees them. */
static void expand(const void *context, size_t event, float *features) {
    const struct lesson *lesson = context;
    const size_t parts = lesson->self->parts.count;
    for (size_t row = lesson->groups[event]; row < lesson->groups[event + 1]; row++) {
        hybrid_features_fill(lesson->self, lesson->values + row * parts, lesson->activities[event],
                             lesson->items[row], features);
        features += lesson->feature_count;
    }
}

/* Items that the person has are marked; drawn ones are marked while a group is drawn. */
static void draw(struct rng *rng, uint8_t *marks, uint32_t item_count, uint32_t *items,
                 size_t count) {
    for (size_t i = 0; i < count; i++) {
        do
            items[i] = rng_below(rng, item_count);
        while (marks[items[i]]);
        marks[items[i]] = 1;
    }
    for (size_t i = 0; i < count; i++)
        marks[items[i]] = 0;
}

static void mark(uint8_t *marks, struct history rows) {
    for (size_t i = 0; i < rows.count; i++)
        marks[rows.items[i]] = 1;
}

static void put_groups(const struct pupil *pupil, size_t first, size_t end) {
    const struct lesson *lesson = pupil->lesson;
    const struct fit_input *input = lesson->input;
    const size_t negatives = negatives_of(lesson, pupil->user);
    struct arena *scratch = arena_scratch();
    uint8_t *marks = ARENA_ARRAY(scratch, uint8_t, input->train->item_count);
    uint32_t *items = ARENA_ARRAY_RAW(scratch, uint32_t, negatives);
    mark(marks, interactions_history(input->train, pupil->user));
    mark(marks, interactions_history(input->validation, pupil->user));
    struct rng rng;
    rng_init(&rng, input->seed, pupil->user);
    for (size_t e = first; e < end; e++) {
        const uint32_t positive = input->validation->items[lesson->rows[e]];
        lesson->activities[e] = pupil->activity;
        put_row(pupil, positive, positive, lesson->groups[e]);
        draw(&rng, marks, input->train->item_count, items, negatives);
        for (size_t i = 0; i < negatives; i++)
            put_row(pupil, items[i], items[i], lesson->groups[e] + 1 + i);
    }
}

static void put_ratings(const struct pupil *pupil, size_t first, size_t end) {
    const struct lesson *lesson = pupil->lesson;
    const float mean = tensor_floats(&lesson->self->mean)[0];
    for (size_t e = first; e < end; e++) {
        uint32_t item = lesson->input->validation->items[lesson->rows[e]];
        lesson->activities[e] = pupil->activity;
        put_row(pupil, e - first, item, e);
        lesson->targets[e] = interactions_rating(lesson->input->validation, lesson->rows[e]) - mean;
    }
}

static struct query query_of(const struct lesson *lesson, size_t index) {
    const uint32_t user = lesson->users[index];
    return (struct query){.user = user,
                          .history = interactions_history(lesson->input->train, user)};
}

static struct pupil pupil_of(const struct lesson *lesson, const struct query *query,
                             const float *values, size_t stride) {
    return (struct pupil){
        .lesson = lesson,
        .user = query->user,
        .activity = hybrid_features_activity(lesson->self, query->history.count),
        .stride = stride,
        .values = values,
    };
}

/* Some people at once: parts are faster with many queries than with one at a time. */
static size_t people_together(const struct hybrid *self) {
    const size_t fit = SCORES_MAX / (self->parts.count * self->base.item_count + 1);
    return fit == 0 ? 1 : fit < TOGETHER_MAX ? fit : TOGETHER_MAX;
}

static void teach_lists(void *context, size_t shard) {
    const struct lesson *lesson = context;
    const struct hybrid *self = lesson->self;
    const size_t first = (lesson->shard + shard) * lesson->together, n = self->base.item_count;
    const size_t left = lesson->user_count - first,
                 count = left < lesson->together ? left : lesson->together;
    struct arena *scratch = arena_scratch();
    struct arena_position position = arena_mark(scratch);
    struct query queries[TOGETHER_MAX];
    for (size_t q = 0; q < count; q++)
        queries[q] = query_of(lesson, first + q);
    float *values = ARENA_ARRAY_RAW(scratch, float, self->parts.count *count *n);
    hybrid_score_lists(self, queries, count, values);
    for (size_t q = 0; q < count; q++) {
        const struct pupil pupil = pupil_of(lesson, &queries[q], values + q * n, count * n);
        put_groups(&pupil, (size_t)lesson->user_rows[first + q],
                   (size_t)lesson->user_rows[first + q + 1]);
    }
    arena_reset(scratch, position);
}

static void teach_ratings(void *context, size_t shard) {
    const struct lesson *lesson = context;
    const struct hybrid *self = lesson->self;
    const size_t index = lesson->shard + shard, first = (size_t)lesson->user_rows[index],
                 count = (size_t)lesson->user_rows[index + 1] - first;
    struct arena *scratch = arena_scratch();
    struct arena_position position = arena_mark(scratch);
    const struct query query = query_of(lesson, index);
    uint32_t *items = ARENA_ARRAY_RAW(scratch, uint32_t, count);
    for (size_t e = 0; e < count; e++)
        items[e] = lesson->input->validation->items[lesson->rows[first + e]];
    float *values = ARENA_ARRAY_RAW(scratch, float, self->parts.count *count);
    hybrid_score_ratings(self, &query, items, count, values);
    const struct pupil pupil = pupil_of(lesson, &query, values, count);
    put_ratings(&pupil, first, first + count);
    arena_reset(scratch, position);
}

static enum status stopped(const struct lesson *lesson, struct error *error) {
    const atomic_bool *cancel = lesson->input->cancel;
    return cancel && atomic_load(cancel)
               ? error_set(error, STATUS_CANCELLED,
                           "hybrid: stopped while its weights were looked for; nothing was saved")
               : STATUS_OK;
}

static enum status teach(struct lesson *lesson, struct error *error) {
    const bool rates = hybrid_rates(lesson->self);
    lesson->together = rates ? 1 : people_together(lesson->self);
    const size_t shards = (lesson->user_count + lesson->together - 1) / lesson->together;
    const size_t step = rates ? shards : SHARDS_AT_ONCE;
    for (lesson->shard = 0; lesson->shard < shards; lesson->shard += step) {
        TRY(stopped(lesson, error));
        const size_t left = shards - lesson->shard;
        parallel_for(left < step ? left : step, rates ? teach_ratings : teach_lists, lesson);
    }
    return stopped(lesson, error);
}

/* ---- What is found --------------------------------------------------------------------------- */

static struct combiner_problem problem_of(const struct lesson *lesson, size_t first, size_t end) {
    const bool rates = hybrid_rates(lesson->self), combined = lesson->items != NULL;
    return (struct combiner_problem){
        .feature_count = lesson->feature_count,
        .group_count = end - first,
        .groups = rates ? NULL : lesson->groups + first,
        .features = combined ? NULL : lesson->values + (rates ? first * lesson->feature_count : 0),
        .expand = expand,
        .context = lesson,
        .targets = lesson->targets ? lesson->targets + first : NULL,
        .l2 = lesson->self->l2,
        .cancel = lesson->input->cancel,
    };
}

static void solve_weights(const struct combiner_problem *problem, bool rates, double *weights) {
    if (rates)
        combiner_mean(problem, weights);
    else
        combiner_listwise_positive(problem, weights);
}

static enum status find_weights(struct hybrid *self, const struct lesson *lesson,
                                struct error *error) {
    struct hybrid_weights *weights = &self->weights;
    double all[HYBRID_PARTS_MAX];
    struct combiner_problem problem = problem_of(lesson, 0, lesson->event_count);
    solve_weights(&problem, hybrid_rates(self), all);
    for (size_t t = 0; t < weights->tier_count; t++) {
        double *row = weights->values + t * weights->part_count;
        const size_t count = lesson->tiers[t + 1] - lesson->tiers[t];
        memcpy(row, all, weights->part_count * sizeof *row);
        if (count == 0 || count == lesson->event_count)
            continue;
        problem = problem_of(lesson, lesson->tiers[t], lesson->tiers[t + 1]);
        problem.prior = all;
        problem.l2 += TIER_ROWS / (double)count;
        solve_weights(&problem, hybrid_rates(self), row);
    }
    return hybrid_weights_round(weights, error);
}

static void find_combiner(struct hybrid *self, const struct lesson *lesson) {
    const size_t n = lesson->feature_count;
    double *found = ARENA_ARRAY(&self->base.arena, double, n);
    struct combiner_problem problem = problem_of(lesson, 0, lesson->event_count);
    if (hybrid_rates(self))
        combiner_ridge(&problem, found);
    else
        combiner_listwise(&problem, found);
    for (size_t k = 0; k < n; k++)
        found[k] = hybrid_weights_rounded(found[k]);
    self->combiner = found;
}

static enum status learn(struct hybrid *self, struct lesson *lesson, struct arena *arena,
                         struct error *error) {
    choose(lesson, arena);
    if (lesson->event_count == 0)
        return error_set(error, STATUS_BAD_INPUT,
                         "hybrid: no validation row is left to find weights on; use "
                         "model.fusion_method=weighted_average");
    const size_t rows = lesson->groups[lesson->event_count], parts = self->parts.count;
    TRY(model_expect_memory(rows * (parts + 1) * sizeof(float), "finding the hybrid's weights",
                            "lower model.num_negatives", error));
    lesson->values = ARENA_ARRAY_RAW(arena, float, rows *parts);
    lesson->activities = ARENA_ARRAY_RAW(arena, float, lesson->event_count);
    if (self->method == HYBRID_STACKED)
        lesson->items = ARENA_ARRAY_RAW(arena, uint32_t, rows);
    if (hybrid_rates(self))
        lesson->targets = ARENA_ARRAY_RAW(arena, float, rows);
    TRY(teach(lesson, error));
    if (self->method == HYBRID_LEARNED)
        TRY(find_weights(self, lesson, error));
    else
        find_combiner(self, lesson);
    return stopped(lesson, error);
}

enum status hybrid_learn(struct hybrid *self, const struct fit_input *input, struct error *error) {
    if (!input->validation || input->validation->count == 0)
        return error_set(
            error, STATUS_BAD_INPUT,
            "hybrid: model.fusion_method=%s is found on validation rows, and there are "
            "none: use a split that has some, or weighted_average",
            self->method == HYBRID_STACKED ? "stacked" : "learned");
    struct arena arena = {0};
    struct lesson lesson = {
        .self = self,
        .input = input,
        .feature_count =
            self->method == HYBRID_STACKED ? hybrid_features_count(self) : self->parts.count,
        .negative_count = hybrid_rates(self) ? 0 : self->negative_count,
    };
    const double started = progress_clock();
    enum status status = learn(self, &lesson, &arena, error);
    if (status == STATUS_OK)
        progress_line(input->progress, "weights found from %zu rows of %zu people in %.1f s",
                      lesson.event_count, lesson.user_count, progress_clock() - started);
    arena_release(&arena);
    return status;
}
