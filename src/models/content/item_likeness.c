/* item_likeness.c: see item_likeness.h.
 *
 * Idea     The sum over a history is linear in its vectors: with w the rows' weights,
 *          u = (a v, b t) and e_g an item's share of genre g, one over the root of how many it has:
 *
 *              sum_h w_h likeness(i, h) = u_i . (P + (boost - 1) sum_g e_ig P_g)
 *              P = sum_h w_h (v_h, t_h)      P_g = sum_h w_h e_hg (v_h, t_h)
 *
 *          What stands in brackets is the same for all items of one set of genres, so a query costs
 *          a vector for each set and one product for each item, however long the history is.
 * Cost     10,000 items, 384 + 512 columns, 900 sets: 11 million multiply-adds a query. Queries are
 *          worked off by the dozen, set by set, so that the items' vectors are read once for all.
 * Traps    Sums in another order than item_likeness_of: equal to some 1e-6.
 * Checked  tests/models/test_content.c, pair by pair. */
#include "models/content/item_likeness.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/kernels.h"

enum { BLOCK = 12, GENRES = 64 };

static int ascending(const void *a, const void *b) {
    const uint64_t one = *(const uint64_t *)a, two = *(const uint64_t *)b;
    return (one > two) - (one < two);
}

static uint32_t place_of(const uint64_t *sets, uint32_t count, uint64_t set) {
    const uint64_t *found = bsearch(&set, sets, count, sizeof set, ascending);
    return (uint32_t)(found - sets);
}

void item_likeness_derive(struct item_likeness *likeness, struct arena *arena) {
    const uint32_t items = likeness->item_count;
    uint64_t *sets = ARENA_ARRAY_RAW(arena, uint64_t, items);
    uint32_t *members = ARENA_ARRAY_RAW(arena, uint32_t, items), count = 0;
    memcpy(sets, likeness->genres, items * sizeof *sets);
    qsort(sets, items, sizeof *sets, ascending);
    for (uint32_t i = 0; i < items; i++)
        if (count == 0 || sets[count - 1] != sets[i])
            sets[count++] = sets[i];
    uint32_t *offsets = ARENA_ARRAY(arena, uint32_t, (size_t)count + 2);
    likeness->genre_union = 0;
    for (uint32_t i = 0; i < items; i++) {
        likeness->genre_union |= likeness->genres[i];
        offsets[place_of(sets, count, likeness->genres[i]) + 2]++;
    }
    for (uint32_t s = 0; s < count; s++)
        offsets[s + 2] += offsets[s + 1];
    for (uint32_t i = 0; i < items; i++)
        members[offsets[place_of(sets, count, likeness->genres[i]) + 1]++] = i;
    likeness->sets = sets;
    likeness->set_count = count;
    likeness->set_offsets = offsets;
    likeness->members = members;
}

/* ---- Two items ------------------------------------------------------------------------------- */

static float terms_product(const struct csr_row *a, const struct csr_row *b) {
    float sum = 0;
    for (size_t i = 0, j = 0; i < a->count && j < b->count;) {
        if (a->columns[i] == b->columns[j])
            sum += a->values[i] * b->values[j];
        const uint32_t left = a->columns[i], right = b->columns[j];
        i += left <= right;
        j += right <= left;
    }
    return sum;
}

/* An item's share of each of its genres. */
static float genre_share(uint64_t genres) {
    return genres ? 1 / sqrtf((float)__builtin_popcountll(genres)) : 0;
}

float item_likeness_of(const struct item_likeness *likeness, uint32_t i, uint32_t j) {
    const float *vectors = likeness->vectors;
    const size_t n = likeness->dimension;
    const struct csr_row a = csr_row(&likeness->terms, i), b = csr_row(&likeness->terms, j);
    const uint64_t one = likeness->genres[i], two = likeness->genres[j];
    const float shared =
        (float)__builtin_popcountll(one & two) * genre_share(one) * genre_share(two);
    const float words =
        likeness->vector_weight * kernels()->dot(vectors + i * n, vectors + j * n, n) +
        likeness->term_weight * terms_product(&a, &b);
    return words * (1 + (likeness->genre_boost - 1) * shared);
}

/* ---- Sums ------------------------------------------------------------------------------------ */

/* What a query's items are multiplied with: [1 + genres in use][width], the sum over all rows
 * first, then that of each genre. */
struct profile {
    float *rows;
    float *of_genre[GENRES]; /* into rows; NULL: no item has it */
};

/* to += weight (a v_i, b t_i) */
static void add(const struct item_likeness *likeness, float *to, uint32_t item, float weight) {
    const size_t n = likeness->dimension;
    const struct csr_row row = csr_row(&likeness->terms, item);
    kernels()->axpy(to, weight * likeness->vector_weight, likeness->vectors + item * n, n);
    kernels()->scatter_axpy(to + n, weight * likeness->term_weight, row.columns, row.values,
                            row.count);
}

static struct profile make_profile(const struct item_likeness *likeness,
                                   const struct item_likeness_rows *rows, struct arena *scratch) {
    const size_t width = likeness->dimension + likeness->terms.column_count;
    const size_t genres = (size_t)__builtin_popcountll(likeness->genre_union);
    struct profile profile = {.rows = ARENA_ARRAY(scratch, float, (1 + genres) * width)};
    float *next = profile.rows + width;
    for (uint64_t left = likeness->genre_union; left; left &= left - 1, next += width)
        profile.of_genre[__builtin_ctzll(left)] = next;
    for (size_t h = 0; h < rows->count; h++) {
        const uint32_t item = rows->items[h];
        const uint64_t set = likeness->genres[item];
        if (rows->weights[h] == 0)
            continue;
        add(likeness, profile.rows, item, rows->weights[h]);
        if (likeness->genre_boost == 1)
            continue;
        for (uint64_t left = set; left; left &= left - 1)
            add(likeness, profile.of_genre[__builtin_ctzll(left)], item,
                rows->weights[h] * genre_share(set));
    }
    return profile;
}

/* The profile as items of this set of genres meet it. */
static void for_set(const struct item_likeness *likeness, const struct profile *profile,
                    uint64_t set, float *out) {
    const size_t width = likeness->dimension + likeness->terms.column_count;
    const float share = (likeness->genre_boost - 1) * genre_share(set);
    memcpy(out, profile->rows, width * sizeof *out);
    for (uint64_t left = set; left && share != 0; left &= left - 1)
        kernels()->axpy(out, share, profile->of_genre[__builtin_ctzll(left)], width);
}

static void score_set(const struct item_likeness *likeness, const float *profile, uint32_t set,
                      float *found, float *scores) {
    const uint32_t *members = likeness->members + likeness->set_offsets[set];
    const size_t count = likeness->set_offsets[set + 1] - likeness->set_offsets[set];
    const size_t n = likeness->dimension;
    kernels()->gather_dot(found, profile, likeness->vectors, n, n, members, count);
    for (size_t m = 0; m < count; m++) {
        const struct csr_row row = csr_row(&likeness->terms, members[m]);
        float sum = found[m];
        for (size_t e = 0; e < row.count; e++)
            sum += profile[n + row.columns[e]] * row.values[e];
        scores[members[m]] = sum;
    }
}

static void score_block(const struct item_likeness *likeness, const struct item_likeness_rows *rows,
                        size_t count, float *scores) {
    struct arena *scratch = arena_scratch();
    const struct arena_position mark = arena_mark(scratch);
    const size_t items = likeness->item_count;
    struct profile profiles[BLOCK];
    for (size_t r = 0; r < count; r++)
        profiles[r] = make_profile(likeness, &rows[r], scratch);
    float *profile =
        ARENA_ARRAY_RAW(scratch, float, likeness->dimension + likeness->terms.column_count);
    float *found = ARENA_ARRAY_RAW(scratch, float, items);
    for (uint32_t set = 0; set < likeness->set_count; set++)
        for (size_t r = 0; r < count; r++) {
            for_set(likeness, &profiles[r], likeness->sets[set], profile);
            score_set(likeness, profile, set, found, scores + r * items);
        }
    arena_reset(scratch, mark);
}

void item_likeness_sums(const struct item_likeness *likeness, const struct item_likeness_rows *rows,
                        size_t rows_count, float *scores) {
    for (size_t first = 0; first < rows_count; first += BLOCK) {
        const size_t count = rows_count - first < BLOCK ? rows_count - first : BLOCK;
        score_block(likeness, rows + first, count, scores + first * likeness->item_count);
    }
}
