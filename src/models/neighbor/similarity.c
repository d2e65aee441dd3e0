/* similarity.c: similarities between items, all nearest neighbours at once. See similarity.h.
 *
 * Idea     Row i of A^T A, summed user by user into one dense row (Gustavson 1978), holds what the
 *          similarities of item i to all others need; the k largest are kept and the row is wiped.
 *          Nothing of the size items x items ever exists.
 *
 * Two families. x_ui is the entry of user u and item i after weighting, s the shrinkage:
 *   over all users, for implicit use          dot = sum_u x_ui x_uj, |i|^2 = sum_u x_ui^2
 *     cosine            dot / (|i| |j| + s)
 *     asymmetric        dot / (|i|^2a |j|^2(1-a) + s)              Aiolli, RecSys 2013; a = alpha
 *     tversky           dot / (dot + a (|i|^2 - dot) + b (|j|^2 - dot) + s)          Tversky 1977
 *   over the n users who rated both, times n / (n + s) (Koren, KDD 2008)
 *     adjusted_cosine   cosine of r - mean of the user             Sarwar et al., WWW 2001
 *     pearson           correlation of r                           Herlocker et al., SIGIR 1999
 *     pearson_baseline  cosine of r - (mean + b_u + b_i)           Koren, TKDD 2010
 *     msd               1 / (1 + mean squared difference of r)     Shardanand & Maes, CHI 1995
 * i is the item whose neighbours are sought, j the neighbour.
 * Shrinkage of the first family is added below the line as in Ferrari Dacrema et al., TOIS 2021,
 * whose shapes of tf-idf and BM25 (k1 1.2, b 0.75) these are too: items are the documents, users
 * the terms, so that a user who has seen everything says little.
 *
 * Traps    Ties among the k nearest go to the lower index, so the last neighbours depend on the
 *          numbering of items where similarities are equal.
 * Checked  tests/models/test_item_knn.c against tests/golden/classic.txt (numpy). */
#include "models/neighbor/similarity.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/parallel.h"
#include "kernels/kernels.h"

#define SHARD_ITEMS 64

/* Sums over the users who rated both items. */
struct moments {
    float n, x, y, xx, yy, xy;
    float unused[2]; /* 32 bytes: one vector register */
};

struct job {
    struct similarity_index index;
    struct entry *nearest; /* [items][keep] */
    size_t *counts;        /* [items] */
};

enum status similarity_read(struct similarity *similarity, const struct settings *settings,
                            struct error *error) {
    *similarity = (struct similarity){
        .kind = (enum similarity_kind)settings_choice(settings, "model.similarity"),
        .weighting = (enum weighting)settings_choice(settings, "model.weighting"),
        .k = (size_t)settings_int(settings, "model.k"),
        .shrinkage = settings_real(settings, "model.shrinkage"),
        .alpha = settings_real(settings, "model.alpha"),
        .beta = settings_real(settings, "model.beta"),
        .amplification = settings_real(settings, "model.amplification"),
    };
    if (similarity->kind == SIMILARITY_ASYMMETRIC && similarity->alpha > 1)
        return error_set(error, STATUS_BAD_USAGE,
                         "model.alpha=%g: with model.similarity=asymmetric it must be from 0 to 1",
                         similarity->alpha);
    return STATUS_OK;
}

bool similarity_needs_values(enum similarity_kind kind) {
    return kind >= SIMILARITY_ADJUSTED_COSINE;
}

/* Turns the dot products of an item, whose norm's part is `left`, with every item into
 * similarities; 0 / 0 becomes NaN, which nobody is near to. Without a branch, so that the compiler
 * can take several at a time. */
static void rate_dots(const struct similarity_index *job, float left, float *dots) {
    size_t n = job->by_item.row_count;
    const float *right = job->right;
    float shrinkage = (float)job->how->shrinkage;
    if (job->how->kind != SIMILARITY_TVERSKY) {
        for (size_t j = 0; j < n; j++)
            dots[j] /= left * right[j] + shrinkage;
        return;
    }
    float alpha = (float)job->how->alpha, beta = (float)job->how->beta;
    for (size_t j = 0; j < n; j++)
        dots[j] /= dots[j] + alpha * (left - dots[j]) + beta * (right[j] - dots[j]) + shrinkage;
}

/* The row that is compared with all: its users, its part of the norm, and itself among the items
 * (or SIMILARITY_NOBODY). */
struct subject {
    struct csr_row users;
    float left;
    uint32_t self;
};

/* Offers the similarities of the subject over all users. */
static void compare_over_all(const struct similarity_index *job, const struct subject *subject,
                             void *sums, struct largest *nearest) {
    const struct kernel_table *table = kernels();
    float *dots = sums;
    memset(dots, 0, job->by_item.row_count * sizeof *dots);
    const struct csr_row *users = &subject->users;
    for (size_t u = 0; u < users->count; u++) {
        struct csr_row row = csr_row(&job->by_user, users->columns[u]);
        table->scatter_axpy(dots, csr_row_value(users, u), row.columns, row.values, row.count);
    }
    if (subject->self != SIMILARITY_NOBODY)
        dots[subject->self] = 0;
    rate_dots(job, subject->left, dots);
    for (uint32_t j = 0; j < job->by_item.row_count; j++)
        largest_offer(nearest, j, dots[j]);
}

/* n^2 times the variance, or 0 where it is nothing but rounding. */
static double spread(double n, double sum, double squares) {
    double result = n * squares - sum * sum;
    return result > 1e-5 * n * squares ? result : 0;
}

static double compare_moments(enum similarity_kind kind, const struct moments *m) {
    double n = (double)m->n, xx = (double)m->xx, yy = (double)m->yy, xy = (double)m->xy;
    if (kind == SIMILARITY_MSD) {
        double squares = xx + yy - 2 * xy;
        return 1 / (1 + (squares > 0 ? squares / n : 0));
    }
    double above = xy, below = xx * yy;
    if (kind == SIMILARITY_PEARSON) {
        double x = (double)m->x, y = (double)m->y;
        above = n * xy - x * y;
        below = spread(n, x, xx) * spread(n, y, yy);
    }
    return below > 0 ? above / sqrt(below) : 0;
}

/* Offers the similarities of the subject over those who rated both. */
static void compare_over_common(const struct similarity_index *job, const struct subject *subject,
                                void *sums, struct largest *nearest) {
    struct moments *moments = sums;
    memset(moments, 0, job->by_item.row_count * sizeof *moments);
    const struct csr_row *users = &subject->users;
    for (size_t u = 0; u < users->count; u++) {
        struct csr_row row = csr_row(&job->by_user, users->columns[u]);
        float x = users->values[u];
        for (size_t l = 0; l < row.count; l++) {
            struct moments *m = &moments[row.columns[l]];
            float y = row.values[l];
            m->n += 1;
            m->x += x;
            m->y += y;
            m->xx += x * x;
            m->yy += y * y;
            m->xy += x * y;
        }
    }
    for (uint32_t j = 0; j < job->by_item.row_count; j++) {
        if (moments[j].n <= 0 || j == subject->self)
            continue;
        double value = compare_moments(job->how->kind, &moments[j]);
        value *= (double)moments[j].n / ((double)moments[j].n + job->how->shrinkage);
        largest_offer(nearest, j, (float)value);
    }
}

static size_t sums_bytes(const struct similarity_index *index) {
    const bool common = similarity_needs_values(index->how->kind);
    return index->by_item.row_count * (common ? sizeof(struct moments) : sizeof(float));
}

/* The nearest of one subject at the front of room[LARGEST_ROOM(keep)]; returns how many. */
static size_t find_nearest(const struct similarity_index *index, const struct subject *subject,
                           void *sums, struct entry *room) {
    struct largest nearest = largest_begin(room, index->keep, 0);
    if (similarity_needs_values(index->how->kind))
        compare_over_common(index, subject, sums, &nearest);
    else
        compare_over_all(index, subject, sums, &nearest);
    const size_t count = largest_end(&nearest);
    const double power = index->how->amplification;
    for (size_t i = 0; i < count && power != 0 && power != 1; i++)
        room[i].value = (float)pow((double)room[i].value, power);
    return count;
}

static void nearest_of_shard(void *context, size_t shard) {
    struct job *job = context;
    const struct similarity_index *index = &job->index;
    size_t n = index->by_item.row_count, end = (shard + 1) * SHARD_ITEMS;
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    void *sums = arena_alloc_raw(scratch, sums_bytes(index));
    struct entry *room = ARENA_ARRAY_RAW(scratch, struct entry, LARGEST_ROOM(index->keep));
    for (size_t i = shard * SHARD_ITEMS; i < n && i < end; i++) {
        const struct subject subject = {csr_row(&index->by_item, (uint32_t)i), index->left[i],
                                        (uint32_t)i};
        job->counts[i] = find_nearest(index, &subject, sums, room);
        memcpy(job->nearest + i * index->keep, room, job->counts[i] * sizeof *room);
    }
    arena_reset(scratch, mark);
}

static double squares(const struct csr_row *row) {
    double sum = 0;
    for (size_t u = 0; u < row->count; u++)
        sum += (double)csr_row_value(row, u) * (double)csr_row_value(row, u);
    return sum;
}

/* |i|^(2 power) for each item. */
static float *norms_to(const struct csr *by_item, double power, struct arena *arena) {
    float *norms = ARENA_ARRAY_RAW(arena, float, by_item->row_count);
    for (uint32_t i = 0; i < by_item->row_count; i++) {
        struct csr_row row = csr_row(by_item, i);
        norms[i] = (float)pow(squares(&row), power);
    }
    return norms;
}

/* The powers of |i|^2 and |j|^2 below the line. */
static double left_power(const struct similarity *how) {
    return how->kind == SIMILARITY_TVERSKY      ? 1
           : how->kind == SIMILARITY_ASYMMETRIC ? how->alpha
                                                : 0.5;
}

static double right_power(const struct similarity *how) {
    return how->kind == SIMILARITY_TVERSKY ? 1 : 1 - left_power(how);
}

void similarity_index_init(struct similarity_index *index, const struct csr *by_user,
                           const struct similarity *how, struct arena *arena) {
    static const enum centring centrings[] = {
        [SIMILARITY_ADJUSTED_COSINE] = CENTRING_USER,
        [SIMILARITY_PEARSON] = CENTRING_ITEM, /* changes nothing but keeps the sums small */
        [SIMILARITY_PEARSON_BASELINE] = CENTRING_BASELINE,
        [SIMILARITY_MSD] = CENTRING_NONE,
    };
    ASSERT(how->k > 0 && how->shrinkage >= 0);
    const bool common = similarity_needs_values(how->kind);
    ASSERT(!common || by_user->values);
    *index = (struct similarity_index){.how = how};
    index->keep = how->k < by_user->column_count ? how->k : by_user->column_count;
    if (common)
        index->by_user = weighting_centre(by_user, centrings[how->kind], &index->weights, arena);
    else
        index->by_user = weighting_apply(by_user, how->weighting, &index->weights, arena);
    index->by_item = csr_transpose(&index->by_user, arena);
    index->left = norms_to(&index->by_item, left_power(how), arena);
    index->right = norms_to(&index->by_item, right_power(how), arena);
}

size_t similarity_index_nearest(const struct similarity_index *index, const struct csr_row *row,
                                uint32_t self, struct entry *room) {
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    float *values = ARENA_ARRAY_RAW(scratch, float, row->count);
    weighting_row(&index->weights, row, values);
    struct subject subject = {{row->count, row->columns, values}, 0, self};
    subject.left = (float)pow(squares(&subject.users), left_power(index->how));
    void *sums = arena_alloc_raw(scratch, sums_bytes(index));
    const size_t count = find_nearest(index, &subject, sums, room);
    arena_reset(scratch, mark);
    return count;
}

/* What a row and one neighbour have in common. */
struct common {
    uint32_t *entries; /* [count] places in the row */
    float *products;   /* [count] what each adds above the line */
    size_t count;
};

/* place[user]: 1 + the entry of the row that is of him; 0: none. */
static void find_common(const struct similarity_index *index, const float *values,
                        const uint32_t *place, uint32_t neighbour, struct common *common) {
    const struct csr_row other = csr_row(&index->by_item, neighbour);
    const bool centres = index->how->kind == SIMILARITY_PEARSON;
    double x = 0, y = 0;
    common->count = 0;
    for (size_t l = 0; l < other.count; l++)
        if (place[other.columns[l]] > 0) {
            common->entries[common->count++] = place[other.columns[l]] - 1;
            x += (double)values[common->entries[common->count - 1]];
            y += (double)csr_row_value(&other, l);
        }
    const double n = (double)common->count;
    size_t c = 0;
    for (size_t l = 0; l < other.count; l++)
        if (place[other.columns[l]] > 0) {
            const double own = (double)values[common->entries[c]] - (centres ? x / n : 0);
            const double its = (double)csr_row_value(&other, l) - (centres ? y / n : 0);
            common->products[c++] = index->how->kind == SIMILARITY_MSD ? 1 : (float)(own * its);
        }
}

static void deal_out(const struct common *common, float weight, float *parts) {
    double sum = 0, size = 0;
    for (size_t c = 0; c < common->count; c++) {
        sum += (double)common->products[c];
        size += fabs((double)common->products[c]);
    }
    const bool even = !(fabs(sum) > 1e-6 * size);
    for (size_t c = 0; c < common->count; c++)
        parts[common->entries[c]] +=
            (float)((double)weight *
                    (even ? 1 / (double)common->count : (double)common->products[c] / sum));
}

void similarity_index_parts(const struct similarity_index *index, const struct csr_row *row,
                            const struct similarity_neighbours *neighbours, float *parts) {
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    float *values = ARENA_ARRAY_RAW(scratch, float, row->count);
    uint32_t *place = ARENA_ARRAY(scratch, uint32_t, index->by_user.row_count);
    struct common common = {.entries = ARENA_ARRAY_RAW(scratch, uint32_t, row->count),
                            .products = ARENA_ARRAY_RAW(scratch, float, row->count)};
    weighting_row(&index->weights, row, values);
    memset(parts, 0, row->count * sizeof *parts);
    for (size_t h = 0; h < row->count; h++)
        place[row->columns[h]] = (uint32_t)h + 1;
    for (size_t n = 0; n < neighbours->count; n++) {
        if (neighbours->weights[n] == 0)
            continue;
        find_common(index, values, place, neighbours->list[n].index, &common);
        deal_out(&common, neighbours->weights[n], parts);
    }
    arena_reset(scratch, mark);
}

static int by_index(const void *a, const void *b) {
    uint32_t x = ((const struct entry *)a)->index, y = ((const struct entry *)b)->index;
    return x < y ? -1 : x > y;
}

static struct csr collect(const struct job *job, struct arena *arena) {
    uint32_t n = job->index.by_item.row_count;
    uint64_t *offsets = ARENA_ARRAY(arena, uint64_t, (size_t)n + 1);
    for (uint32_t i = 0; i < n; i++)
        offsets[i + 1] = offsets[i] + job->counts[i];
    uint32_t *columns = ARENA_ARRAY_RAW(arena, uint32_t, offsets[n]);
    float *values = ARENA_ARRAY_RAW(arena, float, offsets[n]);
    for (uint32_t i = 0; i < n; i++) {
        struct entry *row = job->nearest + i * job->index.keep;
        qsort(row, job->counts[i], sizeof *row, by_index);
        for (size_t l = 0; l < job->counts[i]; l++) {
            columns[offsets[i] + l] = row[l].index;
            values[offsets[i] + l] = row[l].value;
        }
    }
    return (struct csr){n, n, offsets, columns, values};
}

size_t similarity_bytes(size_t item_count, size_t k) {
    const size_t keep = k < item_count ? k : item_count;
    return item_count * keep * (sizeof(struct entry) + sizeof(uint32_t) + sizeof(float));
}

struct csr similarity_nearest(const struct csr *by_user, const struct similarity *similarity,
                              struct arena *arena) {
    struct arena prepared = {0};
    struct job job = {0};
    similarity_index_init(&job.index, by_user, similarity, &prepared);
    size_t n = by_user->column_count;
    job.nearest = ARENA_ARRAY_RAW(&prepared, struct entry, n * job.index.keep);
    job.counts = ARENA_ARRAY(&prepared, size_t, n);
    parallel_for((n + SHARD_ITEMS - 1) / SHARD_ITEMS, nearest_of_shard, &job);
    struct csr result = collect(&job, arena);
    arena_release(&prepared);
    return result;
}
