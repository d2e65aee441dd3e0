/* combiner.c: see combiner.h.
 *
 * Idea     Both losses are convex; with l2 > 0 their Hessian can be factored, so Newton's method
 *          with halved steps ends at the one solution after some five to ten rounds.
 * Cost     a round: rows * feature_count^2 / 2 multiply-adds; 1.2 million rows of 30 features take
 *          about half a second of one core.
 * Traps    Sums over groups are cut into SHARDS, whatever the threads, and added in their order.
 * Checked  tests/models/test_hybrid.c: a known mixture is found again; ratings by hand. */
#include "models/hybrid/combiner.h"

#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "base/assert.h"
#include "base/parallel.h"
#include "sparse/spd.h"

enum { SHARDS = 64, ROUNDS_MAX = 50, HALVINGS_MAX = 30 };

/* What a shard adds up: loss, gradient [n], Hessian [n][n] (upper triangle). */
struct sums {
    double loss;
    double *gradient, *hessian;
};

struct pass {
    const struct combiner_problem *problem;
    const double *coefficients;
    const bool *fixed; /* coefficients that stay at 0; NULL: none */
    struct sums *shards;
    bool listwise;
};

static struct sums make_sums(size_t n, struct arena *arena) {
    return (struct sums){0, ARENA_ARRAY(arena, double, n), ARENA_ARRAY(arena, double, n *n)};
}

static double dot(const float *row, const double *coefficients, size_t n) {
    double sum = 0;
    for (size_t k = 0; k < n; k++)
        sum += (double)row[k] * coefficients[k];
    return sum;
}

static void add_outer(double *hessian, const double *row, double weight, size_t n) {
    for (size_t a = 0; a < n; a++) {
        const double scaled = weight * row[a];
        double *to = hessian + a * n;
        for (size_t b = a; b < n; b++)
            to[b] += scaled * row[b];
    }
}

/* A shard's workspace, for its longest group. */
struct room {
    double *mean, *row; /* [features] */
    double *chances;    /* [rows] */
    float *features;    /* [rows][features], where they are made */
};

static const float *features_of(const struct combiner_problem *problem, size_t group,
                                const struct room *room) {
    const size_t row = problem->groups ? problem->groups[group] : group;
    if (problem->features)
        return problem->features + row * problem->feature_count;
    problem->expand(problem->context, group, room->features);
    return room->features;
}

/* Cross-entropy of the first row: gradient mean - x_0, Hessian the features' covariance. */
static void add_group(struct sums *sums, const struct pass *pass, size_t group,
                      const struct room *room) {
    const struct combiner_problem *problem = pass->problem;
    const size_t n = problem->feature_count;
    const size_t count = problem->groups[group + 1] - problem->groups[group];
    const float *rows = features_of(problem, group, room);
    double *mean = room->mean, *row = room->row, *chances = room->chances;
    double largest = -INFINITY, total = 0;
    for (size_t i = 0; i < count; i++) {
        chances[i] = dot(rows + i * n, pass->coefficients, n);
        largest = fmax(largest, chances[i]);
    }
    double first = chances[0];
    for (size_t i = 0; i < count; i++) {
        chances[i] = exp(chances[i] - largest);
        total += chances[i];
    }
    sums->loss += log(total) + largest - first;
    memset(mean, 0, n * sizeof *mean);
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < n; k++)
            mean[k] += chances[i] / total * (double)rows[i * n + k];
    for (size_t k = 0; k < n; k++)
        sums->gradient[k] += mean[k] - (double)rows[k];
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < n; k++)
            row[k] = (double)rows[i * n + k] - mean[k];
        add_outer(sums->hessian, row, chances[i] / total, n);
    }
}

/* Half the squared error. */
static void add_row(struct sums *sums, const struct pass *pass, size_t index,
                    const struct room *room) {
    const size_t n = pass->problem->feature_count;
    const float *row = features_of(pass->problem, index, room);
    double *exact = room->row;
    double apart = dot(row, pass->coefficients, n) - (double)pass->problem->targets[index];
    sums->loss += apart * apart / 2;
    for (size_t k = 0; k < n; k++) {
        exact[k] = (double)row[k];
        sums->gradient[k] += apart * exact[k];
    }
    add_outer(sums->hessian, exact, 1, n);
}

static size_t longest_group(const struct combiner_problem *problem) {
    size_t longest = 1;
    for (size_t g = 0; problem->groups && g < problem->group_count; g++) {
        size_t count = problem->groups[g + 1] - problem->groups[g];
        longest = count > longest ? count : longest;
    }
    return longest;
}

static void add_shard(void *context, size_t shard) {
    const struct pass *pass = context;
    const struct combiner_problem *problem = pass->problem;
    struct parallel_range range = parallel_range(problem->group_count, SHARDS, shard);
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    const size_t n = problem->feature_count, rows = longest_group(problem);
    const struct room room = {
        .mean = ARENA_ARRAY_RAW(scratch, double, n),
        .row = ARENA_ARRAY_RAW(scratch, double, n),
        .chances = ARENA_ARRAY_RAW(scratch, double, rows),
        .features = problem->features ? NULL : ARENA_ARRAY_RAW(scratch, float, rows *n),
    };
    for (size_t g = range.begin; g < range.end; g++)
        if (pass->listwise)
            add_group(&pass->shards[shard], pass, g, &room);
        else
            add_row(&pass->shards[shard], pass, g, &room);
    arena_reset(scratch, mark);
}

/* The means over all groups with the penalty; fixed coefficients are taken out of the system. */
static void evaluate(const struct pass *pass, struct sums *out) {
    const struct combiner_problem *problem = pass->problem;
    const size_t n = problem->feature_count;
    const double share = 1 / (double)(problem->group_count ? problem->group_count : 1);
    *out = (struct sums){0, out->gradient, out->hessian};
    memset(out->gradient, 0, n * sizeof(double));
    memset(out->hessian, 0, n * n * sizeof(double));
    for (size_t s = 0; s < SHARDS; s++) {
        pass->shards[s].loss = 0;
        memset(pass->shards[s].gradient, 0, n * sizeof(double));
        memset(pass->shards[s].hessian, 0, n * n * sizeof(double));
    }
    parallel_for(SHARDS, add_shard, (void *)(uintptr_t)pass);
    for (size_t s = 0; s < SHARDS; s++) {
        out->loss += share * pass->shards[s].loss;
        for (size_t k = 0; k < n; k++)
            out->gradient[k] += share * pass->shards[s].gradient[k];
        for (size_t k = 0; k < n * n; k++)
            out->hessian[k] += share * pass->shards[s].hessian[k];
    }
    for (size_t k = 0; k < n; k++) {
        double apart = pass->coefficients[k] - (problem->prior ? problem->prior[k] : 0);
        out->loss += problem->l2 * apart * apart / 2;
        out->gradient[k] += problem->l2 * apart;
        out->hessian[k * n + k] += problem->l2 + 1e-12;
    }
    for (size_t k = 0; k < n && pass->fixed; k++)
        if (pass->fixed[k]) {
            out->gradient[k] = 0;
            for (size_t j = 0; j < n; j++)
                out->hessian[k * n + j] = out->hessian[j * n + k] = 0;
            out->hessian[k * n + k] = 1;
        }
}

static bool cancelled(const struct combiner_problem *problem) {
    return problem->cancel && atomic_load(problem->cancel);
}

/* Newton's method from the given coefficients on. */
static void minimize(struct pass *pass, double *coefficients) {
    const size_t n = pass->problem->feature_count;
    struct arena arena = {0};
    struct sums shards[SHARDS], now = make_sums(n, &arena), next = make_sums(n, &arena);
    for (size_t s = 0; s < SHARDS; s++)
        shards[s] = make_sums(n, &arena);
    double *trial = ARENA_ARRAY(&arena, double, n), *step = ARENA_ARRAY(&arena, double, n);
    pass->shards = shards;
    pass->coefficients = coefficients;
    evaluate(pass, &now);
    for (int round = 0; round < ROUNDS_MAX && !cancelled(pass->problem); round++) {
        memcpy(step, now.gradient, n * sizeof *step);
        if (!spd_solve(now.hessian, n, step, 1))
            break;
        double gain = 0, rate = 1;
        for (size_t k = 0; k < n; k++)
            gain += step[k] * now.gradient[k];
        if (!(gain > 1e-14))
            break;
        pass->coefficients = trial;
        for (int half = 0; half < HALVINGS_MAX; half++, rate /= 2) {
            for (size_t k = 0; k < n; k++)
                trial[k] = coefficients[k] - rate * step[k];
            evaluate(pass, &next);
            if (next.loss <= now.loss - 1e-4 * rate * gain || rate * gain < 1e-13)
                break;
        }
        memcpy(coefficients, trial, n * sizeof *trial);
        struct sums old = now;
        now = next;
        next = old;
    }
    arena_release(&arena);
}

static void start(const struct combiner_problem *problem, double *coefficients) {
    for (size_t k = 0; k < problem->feature_count; k++)
        coefficients[k] = problem->prior ? problem->prior[k] : 0;
}

void combiner_listwise(const struct combiner_problem *problem, double *coefficients) {
    struct pass pass = {.problem = problem, .listwise = true};
    ASSERT(problem->groups && problem->l2 > 0);
    start(problem, coefficients);
    minimize(&pass, coefficients);
}

void combiner_ridge(const struct combiner_problem *problem, double *coefficients) {
    struct pass pass = {.problem = problem};
    ASSERT(problem->targets && problem->l2 > 0);
    start(problem, coefficients);
    minimize(&pass, coefficients);
}

/* The lowest coefficient below 0, or n. */
static size_t lowest(const double *coefficients, size_t n) {
    size_t at = n;
    for (size_t k = 0; k < n; k++)
        if (coefficients[k] < 0 && (at == n || coefficients[k] < coefficients[at]))
            at = k;
    return at;
}

void combiner_listwise_positive(const struct combiner_problem *problem, double *coefficients) {
    const size_t n = problem->feature_count;
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    bool *fixed = ARENA_ARRAY(scratch, bool, n);
    struct pass pass = {.problem = problem, .listwise = true, .fixed = fixed};
    ASSERT(problem->groups && problem->l2 > 0);
    for (size_t left = n; left > 0; left--) {
        start(problem, coefficients);
        for (size_t k = 0; k < n; k++)
            coefficients[k] = fixed[k] ? 0 : coefficients[k];
        minimize(&pass, coefficients);
        size_t at = lowest(coefficients, n);
        if (at == n)
            break;
        fixed[at] = true;
        coefficients[at] = 0;
    }
    arena_reset(scratch, mark);
}

/* ---- Means ----------------------------------------------------------------------------------- */

/* Least squares under sum = 1: with H the Hessian at 0 and g minus the gradient there, the solution
 * is H^-1 (g + m 1), m such that the sum comes out (Lagrange). */
static bool solve_mean(const struct sums *zero, const bool *fixed, double *coefficients, size_t n) {
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    double *hessian = ARENA_ARRAY(scratch, double, n *n),
           *right = ARENA_ARRAY(scratch, double, 2 * n);
    memcpy(hessian, zero->hessian, n * n * sizeof *hessian);
    for (size_t k = 0; k < n; k++) {
        right[2 * k] = fixed[k] ? 0 : -zero->gradient[k];
        right[2 * k + 1] = fixed[k] ? 0 : 1;
    }
    bool solved = spd_solve(hessian, n, right, 2);
    double sum = 0, ones = 0;
    for (size_t k = 0; k < n; k++) {
        sum += right[2 * k];
        ones += right[2 * k + 1];
    }
    for (size_t k = 0; k < n && solved; k++)
        coefficients[k] = right[2 * k] + (1 - sum) / ones * right[2 * k + 1];
    arena_reset(scratch, mark);
    return solved;
}

void combiner_mean(const struct combiner_problem *problem, double *coefficients) {
    const size_t n = problem->feature_count;
    struct arena arena = {0};
    struct sums shards[SHARDS], zero = make_sums(n, &arena);
    bool *fixed = ARENA_ARRAY(&arena, bool, n);
    double *zeroes = ARENA_ARRAY(&arena, double, n);
    struct pass pass = {
        .problem = problem, .coefficients = zeroes, .fixed = fixed, .shards = shards};
    ASSERT(problem->targets && problem->l2 > 0);
    for (size_t s = 0; s < SHARDS; s++)
        shards[s] = make_sums(n, &arena);
    for (size_t k = 0; k < n; k++)
        coefficients[k] = 1 / (double)n;
    for (size_t left = n; left > 1; left--) {
        evaluate(&pass, &zero);
        if (!solve_mean(&zero, fixed, coefficients, n))
            break;
        size_t at = lowest(coefficients, n);
        if (at == n)
            break;
        fixed[at] = true;
        for (size_t k = 0; k < n; k++)
            coefficients[k] = fixed[k] ? 0 : coefficients[k] < 0 ? 0 : coefficients[k];
    }
    double sum = 0;
    for (size_t k = 0; k < n; k++)
        sum += coefficients[k];
    for (size_t k = 0; k < n; k++)
        coefficients[k] /= sum;
    arena_release(&arena);
}
