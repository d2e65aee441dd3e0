/* shares.c: see shares.h. */
#include "models/shares.h"

#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "kernels/kernels.h"
#include "sparse/spd.h"

enum { PIECES = 4, DEPTH = 14 };

#define LEAST_DIFFERENCE 1e-6 /* of both ends: below it is rounding */

bool shares_ridge(const struct shares_ridge *ridge, float *shares) {
    const size_t d = ridge->dimension;
    struct arena *scratch = arena_scratch();
    const struct arena_position mark = arena_mark(scratch);
    double *right = ARENA_ARRAY_RAW(scratch, double, d);
    for (size_t k = 0; k < d; k++)
        right[k] = (double)ridge->item[k];
    const bool solved = spd_solve(ridge->matrix, d, right, 1);
    for (size_t h = 0; h < ridge->count; h++) {
        const float *row = ridge->rows + h * d;
        double share = 0;
        for (size_t k = 0; k < d && solved; k++)
            share += (double)row[k] * right[k];
        shares[h] = (float)(ridge->wanted ? share * (double)ridge->wanted[h] : share);
    }
    arena_reset(scratch, mark);
    return solved;
}

void shares_settle(float *shares, size_t count, double sum) {
    for (size_t h = 0; h < count; h++)
        sum -= (double)shares[h];
    for (size_t h = 0; h < count; h++)
        shares[h] += (float)(sum / (double)count);
}

/* A piece of the path, between two shares of its length, and the scores at both ends. */
struct piece {
    double begin, end, score_begin, score_end;
};

struct walk {
    const struct shares_path *path;
    double near;         /* what a piece may be wrong by */
    size_t left;         /* points that may still be looked at */
    float *point, *here; /* [dimension] */
};

static double score_at(const struct walk *walk, double share, float *gradient) {
    const struct shares_path *path = walk->path;
    for (size_t k = 0; k < path->dimension; k++)
        walk->point[k] = path->from[k] + (float)share * (path->to[k] - path->from[k]);
    return path->at(path->context, walk->point, gradient);
}

/* What the gradient says of the difference between both ends. */
static double rise(const struct walk *walk, const struct piece *piece) {
    const struct shares_path *path = walk->path;
    double sum = 0;
    for (size_t k = 0; k < path->dimension; k++)
        sum += (double)walk->here[k] * ((double)path->to[k] - (double)path->from[k]);
    return sum * (piece->end - piece->begin);
}

/* Halves pieces, the first one first, until the gradient in the middle of each gives its rise. */
static void go(struct walk *walk, const struct piece *first, float *gradient) {
    struct piece pieces[DEPTH + 1] = {*first};
    for (size_t count = 1; count > 0;) {
        const struct piece piece = pieces[--count];
        const double middle = (piece.begin + piece.end) / 2,
                     score = score_at(walk, middle, walk->here);
        walk->left -= walk->left > 0;
        const double wrong = rise(walk, &piece) - (piece.score_end - piece.score_begin);
        if (count == DEPTH || walk->left == 0 || fabs(wrong) <= walk->near) {
            kernels()->axpy(gradient, (float)(piece.end - piece.begin), walk->here,
                            walk->path->dimension);
            continue;
        }
        pieces[count++] = (struct piece){middle, piece.end, score, piece.score_end};
        pieces[count++] = (struct piece){piece.begin, middle, piece.score_begin, score};
    }
}

void shares_path(const struct shares_path *path, float *gradient) {
    struct arena *scratch = arena_scratch();
    const struct arena_position mark = arena_mark(scratch);
    struct walk walk = {.path = path,
                        .left = SHARES_POINTS_MAX,
                        .point = ARENA_ARRAY_RAW(scratch, float, path->dimension),
                        .here = ARENA_ARRAY_RAW(scratch, float, path->dimension)};
    const double from = score_at(&walk, 0, NULL), to = score_at(&walk, 1, NULL);
    walk.near = SHARES_NEAR * fabs(to - from) + LEAST_DIFFERENCE * (fabs(to) + fabs(from));
    memset(gradient, 0, path->dimension * sizeof *gradient);
    struct piece piece = {0, 0, from, from};
    for (size_t p = 1; p <= PIECES; p++) {
        piece.begin = piece.end;
        piece.score_begin = piece.score_end;
        piece.end = (double)p / PIECES;
        piece.score_end = p < PIECES ? score_at(&walk, piece.end, NULL) : to;
        go(&walk, &piece, gradient);
    }
    arena_reset(scratch, mark);
}
