/* hybrid_features.c: what a stacked hybrid's combiner sees of a person and an item.
 *
 * Idea     A linear combination in which each part's weight may change with how active the person
 *          is and how popular the item: feature-weighted linear stacking (Sill et al. 2009,
 *          equation 3). Lists: for each part its z-score z, z / sqrt(1 + |z|) (which draws in long
 *          tails), z a and z g; and g, g a, g^2. Ratings: for each part x, x a, x g; and 1, a, g,
 *          a g. a is the log of the person's rows beside the mean, g that of the item's.
 * Traps    Among one person's items a alone changes nothing, so lists have no such feature.
 * Checked  tests/models/test_hybrid.c. */
#include <math.h>

#include "models/hybrid/hybrid_model.h"

enum { LIST_PER_PART = 4, LIST_OTHERS = 3, RATING_PER_PART = 3, RATING_OTHERS = 4 };

void hybrid_features_derive(struct hybrid *self) {
    const float *share = tensor_floats(&self->popularity);
    const size_t items = self->base.item_count;
    const double users = (double)self->base.user_count;
    double rows = 0, center = 0;
    self->fame = ARENA_ARRAY(&self->base.arena, float, items);
    for (size_t i = 0; i < items; i++) {
        rows += (double)share[i];
        center += (double)share[i] * log1p((double)share[i] * users);
    }
    center = rows > 0 ? center / rows : 0;
    self->activity = rows;
    for (size_t i = 0; i < items; i++)
        self->fame[i] = (float)(log1p((double)share[i] * users) - center);
}

float hybrid_features_activity(const struct hybrid *self, size_t rows) {
    return (float)log((1 + (double)rows) / (1 + self->activity));
}

size_t hybrid_features_count(const struct hybrid *self) {
    return hybrid_rates(self) ? self->parts.count * RATING_PER_PART + RATING_OTHERS
                              : self->parts.count * LIST_PER_PART + LIST_OTHERS;
}

static float drawn_in(float z) { return z / sqrtf(1 + fabsf(z)); }

void hybrid_features_fill(const struct hybrid *self, const float *values, float activity,
                          uint32_t item, float *features) {
    const float fame = self->fame[item];
    const bool rates = hybrid_rates(self);
    for (size_t p = 0; p < self->parts.count; p++) {
        *features++ = values[p];
        if (!rates)
            *features++ = drawn_in(values[p]);
        *features++ = values[p] * activity;
        *features++ = values[p] * fame;
    }
    if (rates) {
        *features++ = 1;
        *features++ = activity;
        *features++ = fame;
        *features = activity * fame;
        return;
    }
    *features++ = fame;
    *features++ = fame * activity;
    *features = fame * fame;
}

static float fame_of(const struct hybrid *self, const struct hybrid_features_job *job, size_t i) {
    return self->fame[job->items ? job->items[i] : i];
}

static void combine_list(const struct hybrid *self, const struct hybrid_features_job *job) {
    const double *c = self->combiner;
    for (size_t p = 0; p < self->parts.count; p++, c += LIST_PER_PART) {
        const float *z = job->values + p * job->stride;
        const float plain = (float)(c[0] + c[2] * (double)job->activity), drawn = (float)c[1],
                    famous = (float)c[3];
        for (size_t i = 0; i < job->item_count; i++)
            job->sums[i] +=
                z[i] * (plain + famous * fame_of(self, job, i)) + drawn * drawn_in(z[i]);
    }
    const float linear = (float)(c[0] + c[1] * (double)job->activity), square = (float)c[2];
    for (size_t i = 0; i < job->item_count; i++) {
        const float fame = fame_of(self, job, i);
        job->sums[i] += fame * (linear + square * fame);
    }
}

static void combine_ratings(const struct hybrid *self, const struct hybrid_features_job *job) {
    const double *c = self->combiner;
    for (size_t p = 0; p < self->parts.count; p++, c += RATING_PER_PART) {
        const float *x = job->values + p * job->stride;
        const float plain = (float)(c[0] + c[1] * (double)job->activity), famous = (float)c[2];
        for (size_t i = 0; i < job->item_count; i++)
            job->sums[i] += x[i] * (plain + famous * fame_of(self, job, i));
    }
    const float rest = (float)(c[0] + c[1] * (double)job->activity),
                famous = (float)(c[2] + c[3] * (double)job->activity);
    for (size_t i = 0; i < job->item_count; i++)
        job->sums[i] += rest + famous * fame_of(self, job, i);
}

void hybrid_features_combine(const struct hybrid *self, const struct hybrid_features_job *job) {
    for (size_t i = 0; i < job->item_count; i++)
        job->sums[i] = 0;
    if (hybrid_rates(self))
        combine_ratings(self, job);
    else
        combine_list(self, job);
}

float hybrid_features_slope(const struct hybrid *self, size_t part, float value, float activity,
                            uint32_t item) {
    const double a = (double)activity, g = (double)self->fame[item];
    if (hybrid_rates(self)) {
        const double *c = self->combiner + part * RATING_PER_PART;
        return (float)(c[0] + c[1] * a + c[2] * g);
    }
    const double *c = self->combiner + part * LIST_PER_PART;
    return (float)(c[0] + c[1] / sqrt(1 + fabs((double)value)) + c[2] * a + c[3] * g);
}
