/* loss.c: see loss.h. */
#include "nn/loss.h"

#include <math.h>

/* log(1 + e^x) and its derivative, the logistic function, from one exponential that cannot
 * overflow. */
static double softplus(double x, double *slope) {
    double small = exp(-fabs(x)), share = 1 / (1 + small);
    *slope = x >= 0 ? share : small * share;
    return (x > 0 ? x : 0) + log1p(small);
}

double loss_bce(const real *scores, const real *targets, size_t count, real scale, real *gradient) {
    double total = 0;
    for (size_t i = 0; i < count; i++) {
        double score = (double)scores[i], target = (double)targets[i], share;
        total += softplus(score, &share) - target * score;
        gradient[i] = scale * (real)(share - target);
    }
    return total;
}

double loss_mse(const real *scores, const real *targets, size_t count, real scale, real *gradient) {
    double total = 0;
    for (size_t i = 0; i < count; i++) {
        double difference = (double)scores[i] - (double)targets[i];
        total += difference * difference;
        gradient[i] = scale * (real)(2 * difference);
    }
    return total;
}

double loss_bpr(const struct loss_groups *groups, real *gradient) {
    size_t width = 1 + groups->negative_count;
    double total = 0;
    for (size_t g = 0; g < groups->group_count; g++) {
        const real *scores = groups->scores + g * width;
        real *out = gradient + g * width;
        out[0] = 0;
        for (size_t j = 1; j < width; j++) {
            double slope;
            total += softplus((double)scores[j] - (double)scores[0], &slope);
            out[j] = groups->scale * (real)slope;
            out[0] -= out[j];
        }
    }
    return total;
}

double loss_margin(const struct loss_groups *groups, real *gradient) {
    size_t width = 1 + groups->negative_count;
    double total = 0;
    for (size_t g = 0; g < groups->group_count; g++) {
        const real *scores = groups->scores + g * width;
        real *out = gradient + g * width;
        out[0] = 0;
        for (size_t j = 1; j < width; j++) {
            real excess = groups->margin - scores[0] + scores[j];
            out[j] = excess > 0 ? groups->scale : 0;
            out[0] -= out[j];
            total += excess > 0 ? (double)excess : 0;
        }
    }
    return total;
}

double loss_softmax(const struct loss_groups *groups, real *gradient) {
    size_t width = 1 + groups->negative_count;
    double total = 0;
    for (size_t g = 0; g < groups->group_count; g++) {
        const real *scores = groups->scores + g * width;
        real *out = gradient + g * width;
        double highest = (double)scores[0], sum = 0;
        for (size_t j = 1; j < width; j++)
            highest = (double)scores[j] > highest ? (double)scores[j] : highest;
        for (size_t j = 0; j < width; j++)
            sum += exp((double)scores[j] - highest);
        for (size_t j = 0; j < width; j++)
            out[j] = groups->scale * (real)(exp((double)scores[j] - highest) / sum);
        out[0] -= groups->scale;
        total += log(sum) + highest - (double)scores[0];
    }
    return total;
}
