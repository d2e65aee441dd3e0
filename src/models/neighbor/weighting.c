/* weighting.c: tf-idf, BM25 and centred ratings. See weighting.h.
 *
 *   idf(u)     ln((1 + items) / (1 + items of u)): never below 0, even for who has everything
 *   tf-idf     sqrt(r_ui) idf(u)
 *   BM25       r_ui (k1 + 1) / (r_ui + k1 (1 - b + b |i| / mean |i|)) idf(u), |i| = sum_u r_ui,
 *              k1 = 1.2, b = 0.75                      Robertson & Zaragoza 2009, equation (3.15)
 *   baseline   mean + b_u + b_i by ten alternating sweeps, damped by 15 and 10 ratings, as Surprise
 *              does it                                  Koren, TKDD 2010, section 2.1
 * Sums are in double. Cost: one or two passes over the entries; the baseline twenty.
 * Checked by tests/models/test_item_knn.c against numpy. */
#include "models/neighbor/weighting.h"

#include <math.h>

#define BM25_K1 1.2
#define BM25_B 0.75
#define BASELINE_SWEEPS 10
#define BASELINE_USER_DAMPING 15.0
#define BASELINE_ITEM_DAMPING 10.0

static struct csr with_values(const struct csr *matrix, const float *values) {
    return (struct csr){matrix->row_count, matrix->column_count, matrix->offsets, matrix->columns,
                        values};
}

/* For each item the sum of its entries. */
static double *column_sums(const struct csr *matrix, struct arena *arena) {
    double *sums = ARENA_ARRAY(arena, double, matrix->column_count);
    for (size_t i = 0; i < csr_count(matrix); i++)
        sums[matrix->columns[i]] += matrix->values ? (double)matrix->values[i] : 1.0;
    return sums;
}

/* tf of an entry r of an item whose entries sum to `length` times the mean of all items. */
static double term_frequency(enum weighting weighting, double r, double length) {
    if (weighting == WEIGHTING_BM25)
        return r * (BM25_K1 + 1.0) / (r + BM25_K1 * (1.0 - BM25_B + BM25_B * length));
    return sqrt(r);
}

struct csr weighting_apply(const struct csr *by_user, enum weighting weighting,
                           struct weights *weights, struct arena *arena) {
    *weights = (struct weights){.weighting = weighting};
    if (weighting == WEIGHTING_NONE)
        return *by_user;
    size_t count = csr_count(by_user);
    float *values = ARENA_ARRAY_RAW(arena, float, count);
    double *lengths = column_sums(by_user, arena);
    double *idf = ARENA_ARRAY_RAW(arena, double, by_user->row_count);
    double total = 0, items = (double)by_user->column_count;
    for (uint32_t i = 0; i < by_user->column_count; i++)
        total += lengths[i];
    for (uint32_t u = 0; u < by_user->row_count; u++) {
        struct csr_row row = csr_row(by_user, u);
        idf[u] = log((1.0 + items) / (1.0 + (double)row.count));
        for (size_t i = 0; i < row.count; i++) {
            double length = lengths[row.columns[i]] * items / total;
            double tf = term_frequency(weighting, (double)csr_row_value(&row, i), length);
            values[by_user->offsets[u] + i] = (float)(tf * idf[u]);
        }
    }
    weights->by_user = idf;
    weights->mean_length = total / items;
    return with_values(by_user, values);
}

/* Biases of the rows and columns while they are fitted; every entry is explained by mean + row +
 * column. */
struct biases {
    double mean;
    double *rows, *columns;
    double *sums, *counts; /* [columns] scratch */
};

static void fit_rows(struct biases *biases, const struct csr *matrix, double damping) {
    for (uint32_t r = 0; r < matrix->row_count; r++) {
        struct csr_row row = csr_row(matrix, r);
        double sum = 0;
        for (size_t i = 0; i < row.count; i++)
            sum += (double)csr_row_value(&row, i) - biases->mean - biases->columns[row.columns[i]];
        double weight = (double)row.count + damping;
        biases->rows[r] = weight > 0 ? sum / weight : 0;
    }
}

static void fit_columns(struct biases *biases, const struct csr *matrix, double damping) {
    for (uint32_t c = 0; c < matrix->column_count; c++)
        biases->sums[c] = biases->counts[c] = 0;
    for (uint32_t r = 0; r < matrix->row_count; r++) {
        struct csr_row row = csr_row(matrix, r);
        for (size_t i = 0; i < row.count; i++) {
            biases->sums[row.columns[i]] +=
                (double)csr_row_value(&row, i) - biases->mean - biases->rows[r];
            biases->counts[row.columns[i]]++;
        }
    }
    for (uint32_t c = 0; c < matrix->column_count; c++) {
        double weight = biases->counts[c] + damping;
        biases->columns[c] = weight > 0 ? biases->sums[c] / weight : 0;
    }
}

static double mean_of(const struct csr *matrix) {
    double sum = 0;
    size_t count = csr_count(matrix);
    for (size_t i = 0; i < count; i++)
        sum += matrix->values ? (double)matrix->values[i] : 1.0;
    return count > 0 ? sum / (double)count : 0;
}

static struct biases no_biases(const struct csr *matrix, struct arena *arena) {
    return (struct biases){
        .rows = ARENA_ARRAY(arena, double, matrix->row_count),
        .columns = ARENA_ARRAY(arena, double, matrix->column_count),
        .sums = ARENA_ARRAY(arena, double, matrix->column_count),
        .counts = ARENA_ARRAY(arena, double, matrix->column_count),
    };
}

static void fit_baseline(struct biases *biases, const struct csr *matrix) {
    biases->mean = mean_of(matrix);
    for (int sweep = 0; sweep < BASELINE_SWEEPS; sweep++) {
        fit_columns(biases, matrix, BASELINE_ITEM_DAMPING);
        fit_rows(biases, matrix, BASELINE_USER_DAMPING);
    }
}

double weighting_baseline(const struct csr *by_user, float *item_bias) {
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    struct biases biases = no_biases(by_user, scratch);
    fit_baseline(&biases, by_user);
    for (uint32_t i = 0; i < by_user->column_count; i++)
        item_bias[i] = (float)biases.columns[i];
    const double mean = biases.mean;
    arena_reset(scratch, mark);
    return mean;
}

double weighting_user_bias(const struct csr_row *row, double mean, const float *item_bias) {
    double sum = 0;
    for (size_t i = 0; i < row->count; i++)
        sum += (double)csr_row_value(row, i) - mean - (double)item_bias[row->columns[i]];
    return sum / ((double)row->count + BASELINE_USER_DAMPING);
}

struct csr weighting_centre(const struct csr *by_user, enum centring centring,
                            struct weights *weights, struct arena *arena) {
    *weights = (struct weights){.centring = centring};
    if (centring == CENTRING_NONE)
        return *by_user;
    struct biases biases = no_biases(by_user, arena);
    if (centring == CENTRING_USER) {
        fit_rows(&biases, by_user, 0);
    } else if (centring == CENTRING_ITEM) {
        fit_columns(&biases, by_user, 0);
    } else {
        fit_baseline(&biases, by_user);
    }
    float *values = ARENA_ARRAY_RAW(arena, float, csr_count(by_user));
    for (uint32_t u = 0; u < by_user->row_count; u++) {
        struct csr_row row = csr_row(by_user, u);
        for (size_t i = 0; i < row.count; i++)
            values[by_user->offsets[u] + i] =
                (float)((double)csr_row_value(&row, i) - biases.mean - biases.rows[u] -
                        biases.columns[row.columns[i]]);
    }
    for (uint32_t u = 0; u < by_user->row_count; u++)
        biases.rows[u] += biases.mean;
    weights->by_user = biases.rows;
    return with_values(by_user, values);
}

/* Ratings of a further item less what is its users' and its own. */
static void centre_row(const struct weights *weights, const struct csr_row *row, float *values) {
    double sum = 0, damping = weights->centring == CENTRING_BASELINE ? BASELINE_ITEM_DAMPING : 0;
    for (size_t u = 0; u < row->count; u++) {
        const double off = weights->by_user ? weights->by_user[row->columns[u]] : 0;
        values[u] = (float)((double)csr_row_value(row, u) - off);
        sum += (double)values[u];
    }
    if (weights->centring != CENTRING_ITEM && weights->centring != CENTRING_BASELINE)
        return;
    for (size_t u = 0; u < row->count; u++)
        values[u] -= (float)(sum / ((double)row->count + damping));
}

void weighting_row(const struct weights *weights, const struct csr_row *row, float *values) {
    if (weights->weighting == WEIGHTING_NONE) {
        centre_row(weights, row, values);
        return;
    }
    double length = 0;
    for (size_t u = 0; u < row->count; u++)
        length += (double)csr_row_value(row, u);
    length /= weights->mean_length;
    for (size_t u = 0; u < row->count; u++)
        values[u] =
            (float)(term_frequency(weights->weighting, (double)csr_row_value(row, u), length) *
                    weights->by_user[row->columns[u]]);
}
