/* rating_sgd.c: biases and factors by stochastic gradient descent, a user at a time.
 *
 * Idea     One step for each rating, e = r - prediction:
 *            b += rate (e - penalty b)                for both biases
 *            p += rate (e q - penalty p)              q += rate (e (p + z) - penalty q)
 *            y_j += rate (e |N|^-1/2 q - ...)         for every j in N(u)
 *          Users come in a random order, and each one's ratings in a random order, so that p and
 *          z = |N|^-1/2 sum of y stay in the first cache while q is all that is fetched.
 * Source   Funk 2006; Koren, KDD 2008, section 4 (equation 15).
 * y        A step moves all y_j of the user by the same vector, so what it does to z is known
 *          without a look at them: z += rate e q. z takes every step at once, the y_j take their
 *          shares of the sum when the user is done, and are shrunk then, once: an epoch costs
 *          O(ratings * width), where the loops as they are written cost another factor of |N|.
 * Cost     an epoch of 80,000 ratings with 64 factors: 3 ms, with y 6 ms; with 100: 6 and 13 (AVX2,
 *          q in the second cache). One thread: the steps follow one another.
 * Order    Random numbers: one stream for the start, one for each epoch.
 * Traps    All rates fall in even steps from rate to rate (1 - rate_decay): with a rate that stays
 *          the last epochs only shake the factors. Rows that nobody has stay 0.
 * Checked  tests/models/test_ratings_by_factors.c against the loops as they are written;
 * conformance. */
#include "models/factorization/rating_sgd.h"

#include <math.h>
#include <string.h>

#include "base/assert.h"
#include "base/rng.h"
#include "kernels/kernels.h"

#define START_STREAM 0 /* epoch e has stream e, from 1 */

struct sgd {
    struct rating_factors *factors;
    const struct rating_options *options;
    const struct interactions *train;
    const struct kernel_table *kernels;
    uint32_t *users, *rows;                         /* orders; rows: room for the longest history */
    float *item_weight;                             /* [items] rating_factors_penalty */
    float *z, *moved;                               /* [width] */
    float rate[RATING_PARTS], shrink[RATING_PARTS]; /* of this epoch; shrink: rate * penalty */
};

/* ---- Start ----------------------------------------------------------------------------------- */

static void draw(struct rng *rng, float *row, size_t width, double mean, double deviation) {
    for (size_t f = 0; f < width; f++)
        row[f] = (float)(mean + deviation * rng_normal(rng));
}

static void start_factors(struct sgd *sgd, const uint32_t *item_counts, uint64_t seed) {
    const struct rating_factors *to = sgd->factors;
    const struct rating_options *options = sgd->options;
    const size_t width = to->width;
    struct rng rng;
    rng_init(&rng, seed, START_STREAM);
    for (uint32_t u = 0; u < to->user_count; u++)
        if (interactions_history(sgd->train, u).count > 0)
            draw(&rng, to->user_factors + u * width, width, options->start_mean,
                 options->start_deviation);
    for (uint32_t i = 0; i < to->item_count; i++)
        if (item_counts[i] > 0)
            draw(&rng, to->item_factors + i * width, width, options->start_mean,
                 options->start_deviation);
    for (uint32_t i = 0; to->implicit && i < to->item_count; i++)
        if (item_counts[i] > 0)
            draw(&rng, to->implicit + i * width, width, options->start_mean,
                 options->implicit_deviation);
}

static void start_means(struct rating_factors *factors, const struct rating_options *options,
                        const struct interactions *train) {
    double sum = 0;
    for (size_t row = 0; row < train->count; row++)
        sum += (double)train->ratings[row];
    factors->mean = options->biased && train->count ? sum / (double)train->count : 0;
    factors->mean_count = train->user_count ? (double)train->count / train->user_count : 0;
}

/* Orders and weights for going through `rows`; penalties are those of the counts in `all`. */
static struct sgd prepare(struct rating_factors *factors, const struct rating_options *options,
                          const struct interactions *rows, const struct interactions *all,
                          const uint32_t *counts, struct arena *scratch) {
    const uint32_t items = rows->item_count;
    size_t longest = 0;
    struct sgd sgd = {
        .factors = factors,
        .options = options,
        .train = rows,
        .kernels = kernels(),
        .users = ARENA_ARRAY_RAW(scratch, uint32_t, rows->user_count),
        .item_weight = ARENA_ARRAY_RAW(scratch, float, items),
        .z = ARENA_ARRAY(scratch, float, factors->width),
        .moved = ARENA_ARRAY(scratch, float, factors->width),
    };
    const double mean_count = items ? (double)all->count / items : 0;
    for (uint32_t i = 0; i < items; i++)
        sgd.item_weight[i] =
            (float)rating_factors_penalty(mean_count, counts[i], options->penalty_frequency);
    for (uint32_t u = 0; u < rows->user_count; u++) {
        const size_t count = interactions_history(rows, u).count;
        longest = count > longest ? count : longest;
        sgd.users[u] = u;
    }
    sgd.rows = ARENA_ARRAY_RAW(scratch, uint32_t, longest);
    return sgd;
}

static struct sgd start(struct rating_factors *factors, const struct rating_options *options,
                        const struct fit_input *input, struct arena *scratch) {
    const struct interactions *train = input->train;
    uint32_t *counts = ARENA_ARRAY(scratch, uint32_t, train->item_count);
    start_means(factors, options, train);
    interactions_item_counts(train, counts);
    struct sgd sgd = prepare(factors, options, train, train, counts, scratch);
    start_factors(&sgd, counts, input->seed);
    return sgd;
}

/* ---- Steps ----------------------------------------------------------------------------------- */

/* One rating; z NULL: without y. Returns the squared error before the step. */
static double step(const struct sgd *sgd, uint32_t user, float user_weight, uint32_t item,
                   float rating) {
    const struct rating_factors *to = sgd->factors;
    const size_t width = to->width;
    float *p = to->user_factors + user * width, *q = to->item_factors + item * width;
    float *z = to->implicit ? sgd->z : NULL;
    float *bu = &to->user_bias[user], *bi = &to->item_bias[item];
    const float weight = sgd->item_weight[item];
    float predicted = (float)to->mean + *bu + *bi + sgd->kernels->dot(p, q, width);
    if (z)
        predicted += sgd->kernels->dot(z, q, width);
    const float e = rating - predicted;
    *bu += sgd->rate[RATING_USER_BIAS] * e - sgd->shrink[RATING_USER_BIAS] * user_weight * *bu;
    *bi += sgd->rate[RATING_ITEM_BIAS] * e - sgd->shrink[RATING_ITEM_BIAS] * weight * *bi;
    const struct kernel_factor_step factor_step = {
        .kept_p = 1 - sgd->shrink[RATING_USER_FACTORS] * user_weight,
        .rate_p = sgd->rate[RATING_USER_FACTORS] * e,
        .kept_q = 1 - sgd->shrink[RATING_ITEM_FACTORS] * weight,
        .rate_q = sgd->rate[RATING_ITEM_FACTORS] * e,
        .rate_z = sgd->rate[RATING_IMPLICIT] * e,
    };
    sgd->kernels->factor_step(&factor_step, p, q, z, width);
    return (double)e * (double)e;
}

/* The y of the history take what z has gathered since `moved` was its value. */
static void share_out(const struct sgd *sgd, const struct history *history) {
    const size_t width = sgd->factors->width;
    const float share = 1 / sqrtf((float)history->count);
    sgd->kernels->scale(sgd->moved, -share, width);
    sgd->kernels->axpy(sgd->moved, share, sgd->z, width);
    for (size_t h = 0; h < history->count; h++) {
        const uint32_t item = history->items[h];
        float *y = sgd->factors->implicit + item * width;
        sgd->kernels->scale(y, 1 - sgd->shrink[RATING_IMPLICIT] * sgd->item_weight[item], width);
        sgd->kernels->axpy(y, 1, sgd->moved, width);
    }
}

static double visit(const struct sgd *sgd, uint32_t user, struct rng *rng) {
    const struct history history = interactions_history(sgd->train, user);
    if (history.count == 0)
        return 0;
    const float weight = (float)rating_factors_penalty(
        sgd->factors->mean_count, (double)history.count, sgd->options->penalty_frequency);
    double loss = 0;
    for (uint32_t h = 0; h < history.count; h++)
        sgd->rows[h] = h;
    rng_shuffle(rng, sgd->rows, (uint32_t)history.count);
    if (sgd->factors->implicit) {
        rating_factors_implicit(sgd->factors, &history, sgd->z);
        memcpy(sgd->moved, sgd->z, sgd->factors->width * sizeof *sgd->z);
    }
    for (size_t h = 0; h < history.count; h++) {
        const uint32_t row = sgd->rows[h];
        loss += step(sgd, user, weight, history.items[row], history.ratings[row]);
    }
    if (sgd->factors->implicit)
        share_out(sgd, &history);
    return loss;
}

/* Returns the mean squared error of the epoch's predictions, each made before its step. */
static double epoch(struct sgd *sgd, uint32_t number, uint64_t seed) {
    const struct rating_options *options = sgd->options;
    const double passed = (double)(number - 1) / options->epochs;
    for (int part = 0; part < RATING_PARTS; part++) {
        const double rate = options->rate[part] * (1 - options->rate_decay * passed);
        const bool still = !options->biased && part <= RATING_ITEM_BIAS;
        sgd->rate[part] = still ? 0 : (float)rate;
        sgd->shrink[part] = still ? 0 : (float)(rate * options->penalty[part]);
    }
    struct rng rng;
    rng_init(&rng, seed, number);
    rng_shuffle(&rng, sgd->users, sgd->train->user_count);
    double loss = 0;
    for (uint32_t u = 0; u < sgd->train->user_count; u++)
        loss += visit(sgd, sgd->users[u], &rng);
    return sgd->train->count ? loss / (double)sgd->train->count : 0;
}

static enum status check_loss(double loss, uint32_t number, struct error *error) {
    if (isfinite(loss) && loss <= 1e12)
        return STATUS_OK;
    return error_set(error, STATUS_BAD_INPUT,
                     "epoch %u: the squared error has grown without bounds; lower the learning "
                     "rate model.lr_all, or those of the parts (model.lr_...)",
                     number);
}

static enum status run(struct sgd *sgd, const struct fit_input *input, struct epoch_record *epochs,
                       struct error *error) {
    for (uint32_t number = 1; number <= sgd->options->epochs; number++) {
        if (input->cancel && atomic_load(input->cancel))
            return error_set(error, STATUS_CANCELLED, "stopped; nothing was kept");
        const double started = progress_clock();
        const double loss = epoch(sgd, number, input->seed);
        TRY(check_loss(loss, number, error));
        epochs[number - 1] = (struct epoch_record){number, loss, NAN, progress_clock() - started};
        if (input->epoch_done)
            input->epoch_done(input->epoch_context, &epochs[number - 1]);
        progress_note(input->progress, "squared error %.4f", loss);
        progress_update(input->progress, number);
    }
    return STATUS_OK;
}

enum status rating_sgd_fit(struct rating_factors *factors, const struct rating_options *options,
                           const struct fit_input *input, struct fit_report *report,
                           struct arena *arena, struct error *error) {
    ASSERT(input->train->ratings);
    struct arena scratch = {0};
    struct epoch_record *epochs = ARENA_ARRAY(arena, struct epoch_record, options->epochs);
    struct sgd sgd = start(factors, options, input, &scratch);
    progress_begin(input->progress, factors->implicit ? "svdpp" : "svd", options->epochs);
    enum status status = run(&sgd, input, epochs, error);
    progress_end(input->progress);
    arena_release(&scratch);
    report->epochs = epochs;
    report->epoch_count = options->epochs;
    report->best_epoch = options->epochs;
    return status;
}

enum status rating_sgd_continue(struct rating_factors *factors,
                                const struct rating_options *options,
                                const struct rating_sgd_more *more, struct error *error) {
    ASSERT(more->rows->ratings);
    struct arena scratch = {0};
    struct rating_options slower = *options;
    slower.epochs = more->epochs;
    slower.rate_decay = 0;
    for (int part = 0; part < RATING_PARTS; part++)
        slower.rate[part] *= more->share;
    uint32_t *counts = ARENA_ARRAY(&scratch, uint32_t, more->all->item_count);
    interactions_item_counts(more->all, counts);
    struct sgd sgd = prepare(factors, &slower, more->rows, more->all, counts, &scratch);
    enum status status = STATUS_OK;
    for (uint32_t number = 1; number <= more->epochs && status == STATUS_OK; number++)
        status = check_loss(epoch(&sgd, number, more->rows->count), number, error);
    arena_release(&scratch);
    return status;
}
