/* metrics.h: what a metric is, the list of all of them, and how their names are read.
 *
 * A metric is a function of one user's measurement (struct metric_case), averaged over users, or
 * of how often each item was shown to anybody. Its name carries its K: "ndcg@10".
 *
 * Definitions that all share: places are counted from 1, and ties count against the model: an
 * item's place is behind everything that scores as high (metrics/positions.h). A user without test
 * items is not measured. To add a metric: a function in accuracy.c, lists.c, exposure.c or
 * ratings.c, and a line in metrics.def. */
#ifndef MATINEE_METRICS_METRICS_H
#define MATINEE_METRICS_METRICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"

#define METRIC_K_MAX 10000

/* What a metric reads. */
enum metric_source {
    METRIC_POSITIONS, /* the places of the test items */
    METRIC_LIST,      /* the items that a user is shown */
    METRIC_EXPOSURE,  /* how often each item is shown to anybody */
    METRIC_RATINGS,   /* predicted and true ratings */
};

/* What is known of the items; arrays over all items. */
struct metric_catalogue {
    const uint64_t *genres;  /* bit sets, or NULL: unknown */
    const float *surprise;   /* -log2(share of users who have the item) */
    const float *popularity; /* count over the highest count */
};

/* One user's measurement. Only what the metric's source names is read. */
struct metric_case {
    /* METRIC_POSITIONS */
    const uint32_t *positions; /* [test_count] ascending, 1 is the first place */
    const float *gains;        /* [test_count] rating of the test item at each; NULL: all 1 */
    size_t test_count;
    size_t candidate_count; /* that were ranked, test items included */
    /* METRIC_LIST */
    const uint32_t *list; /* best first */
    size_t list_count;
    const struct metric_catalogue *catalogue;
    /* METRIC_RATINGS */
    const float *predicted, *actual; /* [rating_count] */
    size_t rating_count;
};

struct metric_ops {
    const char *name, *aliases; /* aliases: several with |, or NULL */
    enum metric_source source;
    bool at_k;
    /* Of one user; NaN: not defined for him. NULL for METRIC_EXPOSURE. */
    double (*of_user)(const struct metric_case *measured, size_t k);
    /* Of how often each item is shown; shown[item_count] is put into ascending order. NULL but for
     * METRIC_EXPOSURE. */
    double (*of_exposure)(uint32_t *shown, size_t item_count);
    bool lower_is_better;
    const char *help;
};

/* A metric at a K. */
struct metric {
    const struct metric_ops *ops;
    size_t k;         /* 0 where it has none */
    const char *name; /* "ndcg@10", "auc" */
};

/* The rows of metrics.def; NULL after the last. */
const struct metric_ops *metrics_at(size_t index);

/* Reads one name that says its K: "ndcg@10", "ndcg_at_10", "auc". Errors: unknown (names the
 * nearest), a K where there is none, no K where there must be one, a K out of range. */
enum status metrics_parse(struct metric *metric, const char *name, struct arena *arena,
                          struct error *error);

struct metric_list {
    const struct metric *metrics;
    size_t count;
};

/* What is asked for: names, and the Ks for those that say none. */
struct metric_request {
    const char *const *names;
    size_t name_count;
    const int64_t *k_values; /* 1 ... METRIC_K_MAX */
    size_t k_count;
};

/* Reads a list of names; one without K stands for itself at each of k_values, "all" for every
 * metric. None occurs twice. Errors: as metrics_parse. */
enum status metrics_parse_list(struct metric_list *list, const struct metric_request *request,
                               struct arena *arena, struct error *error);

/* The largest K among metrics of that source, 0 if there are none. */
size_t metrics_largest_k(const struct metric_list *list, enum metric_source source);
bool metrics_read(const struct metric_list *list, enum metric_source source);

#endif
