/* metrics.c: the table of metrics.def and the reading of names. See metrics.h.
 * Checked by tests/metrics/test_metrics.c. */
#include "metrics/metrics.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/settings.h"
#include "metrics/accuracy.h"
#include "metrics/exposure.h"
#include "metrics/lists.h"
#include "metrics/ratings.h"

static const struct metric_ops table[] = {
#define METRIC(name, aliases, source, at_k, function, lower, help)                                 \
    {name, aliases, source, at_k, function, NULL, lower, help},
#define METRIC_OF_EXPOSURE(name, function, lower, help)                                            \
    {name, NULL, METRIC_EXPOSURE, true, NULL, function, lower, help},
#include "metrics/metrics.def"
#undef METRIC
#undef METRIC_OF_EXPOSURE
};

#define METRIC_COUNT (sizeof table / sizeof *table)
#define NAME_BYTES_MAX 64

const struct metric_ops *metrics_at(size_t index) {
    return index < METRIC_COUNT ? &table[index] : NULL;
}

static const char *name_at(void *context, size_t index) {
    (void)context;
    return index < METRIC_COUNT ? table[index].name : NULL;
}

static bool is_alias(const struct metric_ops *ops, const char *name) {
    size_t length = strlen(name);
    for (const char *at = ops->aliases; at; at = strchr(at, '|') ? strchr(at, '|') + 1 : NULL)
        if (strcspn(at, "|") == length && !memcmp(at, name, length))
            return true;
    return false;
}

static enum status find(const struct metric_ops **ops, const char *name, struct error *error) {
    for (size_t i = 0; i < METRIC_COUNT; i++)
        if (!strcmp(table[i].name, name) || is_alias(&table[i], name)) {
            *ops = &table[i];
            return STATUS_OK;
        }
    const char *nearest = settings_nearest(name, name_at, NULL);
    if (nearest)
        return error_set(error, STATUS_BAD_USAGE, "unknown metric \"%s\"; did you mean \"%s\"?",
                         name, nearest);
    return error_set(error, STATUS_BAD_USAGE,
                     "unknown metric \"%s\"; use hit_rate, ndcg, precision, recall, f1, map, mrr, "
                     "auc, coverage, novelty, diversity, gini, rmse or mae",
                     name);
}

/* Cuts "ndcg@10" or "ndcg_at_10" into the name, at most NAME_BYTES_MAX bytes, and what stands
 * behind; NULL if there is no K. */
static const char *cut(const char *text, char name[NAME_BYTES_MAX]) {
    const char *mark = strchr(text, '@');
    size_t mark_length = 1;
    if (!mark) {
        mark = strstr(text, "_at_");
        mark_length = 4;
    }
    size_t length = mark ? (size_t)(mark - text) : strlen(text);
    length = length < NAME_BYTES_MAX ? length : NAME_BYTES_MAX - 1;
    memcpy(name, text, length);
    name[length] = '\0';
    return mark ? mark + mark_length : NULL;
}

static void fill(struct metric *metric, const struct metric_ops *ops, size_t k,
                 struct arena *arena) {
    *metric = (struct metric){
        .ops = ops,
        .k = k,
        .name = ops->at_k ? arena_format(arena, "%s@%zu", ops->name, k) : ops->name,
    };
}

enum status metrics_parse(struct metric *metric, const char *name, struct arena *arena,
                          struct error *error) {
    char stem[NAME_BYTES_MAX];
    const char *digits = cut(name, stem);
    const struct metric_ops *ops;
    TRY(find(&ops, stem, error));
    if (!ops->at_k) {
        if (digits)
            return error_set(error, STATUS_BAD_USAGE, "metric \"%.64s\": %s has no K; write \"%s\"",
                             name, ops->name, ops->name);
        fill(metric, ops, 0, arena);
        return STATUS_OK;
    }
    char *end = NULL;
    errno = 0;
    long k = digits ? strtol(digits, &end, 10) : 0;
    if (!digits || end == digits || *end || errno || k < 1 || k > METRIC_K_MAX)
        return error_set(error, STATUS_BAD_USAGE,
                         "metric \"%.64s\": expected %s@K with K from 1 to %d, for instance "
                         "\"%s@10\"",
                         name, ops->name, METRIC_K_MAX, ops->name);
    fill(metric, ops, (size_t)k, arena);
    return STATUS_OK;
}

static void add(struct metric *metrics, size_t *count, struct metric metric) {
    for (size_t i = 0; i < *count; i++)
        if (metrics[i].ops == metric.ops && metrics[i].k == metric.k)
            return;
    metrics[(*count)++] = metric;
}

/* Adds the metric at each of the Ks, or once if it has none. */
static void add_expanded(struct metric *metrics, size_t *count, const struct metric_ops *ops,
                         const struct metric_request *request, struct arena *arena) {
    for (size_t i = 0; i < (ops->at_k ? request->k_count : 1); i++) {
        struct metric metric;
        fill(&metric, ops, ops->at_k ? (size_t)request->k_values[i] : 0, arena);
        add(metrics, count, metric);
    }
}

enum status metrics_parse_list(struct metric_list *list, const struct metric_request *request,
                               struct arena *arena, struct error *error) {
    /* Every metric at every K, and each name once: more cannot come together without repeating. */
    size_t capacity = METRIC_COUNT * (request->k_count + 1) + request->name_count;
    struct metric *metrics = ARENA_ARRAY(arena, struct metric, capacity);
    size_t count = 0;
    for (size_t i = 0; i < request->name_count; i++) {
        const char *name = request->names[i];
        char stem[NAME_BYTES_MAX];
        const struct metric_ops *ops;
        struct metric metric;
        if (!strcmp(name, "all")) {
            for (size_t m = 0; m < METRIC_COUNT; m++)
                add_expanded(metrics, &count, &table[m], request, arena);
        } else if (cut(name, stem)) {
            TRY(metrics_parse(&metric, name, arena, error));
            add(metrics, &count, metric);
        } else {
            TRY(find(&ops, stem, error));
            add_expanded(metrics, &count, ops, request, arena);
        }
    }
    *list = (struct metric_list){metrics, count};
    return STATUS_OK;
}

size_t metrics_largest_k(const struct metric_list *list, enum metric_source source) {
    size_t largest = 0;
    for (size_t i = 0; i < list->count; i++)
        if (list->metrics[i].ops->source == source && list->metrics[i].k > largest)
            largest = list->metrics[i].k;
    return largest;
}

bool metrics_read(const struct metric_list *list, enum metric_source source) {
    for (size_t i = 0; i < list->count; i++)
        if (list->metrics[i].ops->source == source)
            return true;
    return false;
}
