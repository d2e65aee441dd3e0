/* service_index.c: an index of a model's item vectors in a file beside the model's: built on
 * request, taken along whenever the model is loaded.
 *
 * Idea     A list without wishes needs only the films nearest to the person. The index finds some
 *          four times as many as are asked for and known to him together, the model scores those,
 *          and all else goes on as without an index. What wishes choose among all films is scanned.
 * Traps    An index of an older model file of the same name would answer for other vectors: the
 *          file carries the model's checksum, and what does not fit is said and left alone. A
 *          model whose scores are more than the product of vectors gets no index.
 * Checked  tests/cli/index.t. */
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/progress.h"
#include "models/model_file.h"
#include "service/service_internal.h"

#define POOL_FACTOR 4
#define RECALL_QUERIES 500
#define RECALL_K 20

static const char *index_path(const char *model_file, struct arena *arena) {
    return arena_format(arena, "%s.ann", model_file);
}

static const char *tie_of(struct model *model, struct arena *arena) {
    uint8_t sum[DIGEST_SHA256_BYTES];
    char text[DIGEST_TEXT_BYTES];
    model_checksum(model, sum);
    digest_text(sum, sizeof sum, text);
    return arena_copy(arena, text);
}

struct ann_index *service_index_open(const char *model_file, struct model *model) {
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    const char *path = index_path(model_file, scratch);
    struct ann_index *index = NULL;
    struct error error;
    if (!(model->traits & MODEL_BEYOND_VECTORS) && access(path, R_OK) == 0 &&
        ann_open(&index, path, tie_of(model, scratch), &error) != STATUS_OK)
        log_warning("%s; all films are scanned instead", error.text);
    arena_reset(scratch, mark);
    return index;
}

/* The vectors of people spread evenly over the catalogue, and how many of their nearest films the
 * index finds. */
static double measure_recall(const struct model_file *file, const struct ann_index *index,
                             const struct ann_vectors *vectors, struct service_index *report) {
    struct arena arena = {0};
    const struct interactions *known = &file->catalogue.interactions;
    size_t count = known->user_count < RECALL_QUERIES ? known->user_count : RECALL_QUERIES;
    struct query *queries = ARENA_ARRAY(&arena, struct query, count);
    float *places = ARENA_ARRAY(&arena, float, count * vectors->dimension);
    for (size_t i = 0; i < count; i++) {
        uint32_t user = (uint32_t)(i * known->user_count / count);
        queries[i] = (struct query){.user = user, .history = interactions_history(known, user)};
    }
    file->model->ops->query_vectors(file->model, queries, count, places);
    report->queries = count;
    report->k = RECALL_K;
    const struct ann_search search = {.queries = places, .query_count = count, .k = RECALL_K};
    double recall = ann_recall(index, vectors, &search);
    arena_release(&arena);
    return recall;
}

static enum status build(struct model_file *file, const char *path, const struct settings *settings,
                         struct service_index *report, struct error *error) {
    const struct model *model = file->model;
    const struct ann_options options = ann_options_read(settings);
    struct ann_vectors vectors = {.count = model->item_count};
    if (model->ops->item_vectors && model->ops->query_vectors)
        vectors.values = model->ops->item_vectors(model, &vectors.dimension, &vectors.metric);
    if (!vectors.values)
        return error_set(error, STATUS_BAD_USAGE,
                         "the model %s has no vectors of items and people to make an index of; it "
                         "scans all films",
                         model->ops->name);
    if (model->traits & MODEL_BEYOND_VECTORS)
        return error_set(
            error, STATUS_BAD_USAGE,
            "the model %s adds a bias of each film to the product of its vectors, which "
            "an index of vectors does not know: its lists would be others; it scans all "
            "films",
            model->ops->name);
    struct ann_index *index;
    double started = progress_clock();
    TRY(ann_build(&index, &vectors, &options, error));
    report->seconds = progress_clock() - started;
    report->recall = measure_recall(file, index, &vectors, report);
    struct arena arena = {0};
    enum status status = ann_save(index, path, tie_of(file->model, &arena), error);
    arena_release(&arena);
    ann_close(index);
    return status;
}

enum status service_index_build(const char *model_file, const struct settings *settings,
                                struct arena *arena, struct service_index *report,
                                struct error *error) {
    struct model_file *file;
    TRY(model_file_open(&file, model_file, error));
    *report =
        (struct service_index){.path = index_path(model_file, arena),
                               .type = arena_copy(arena, settings_text(settings, "ann.index_type")),
                               .model = file->model->ops->name,
                               .items = file->model->item_count};
    enum status status = build(file, report->path, settings, report, error);
    model_file_close(file);
    return status;
}

bool service_index_score(const struct snapshot *snapshot, const struct query *query, size_t wanted,
                         float *scores) {
    const struct model *model = snapshot->model;
    size_t least = wanted + query->history.count + snapshot->items.hidden_count, found = 0;
    size_t pool = POOL_FACTOR * least;
    if (!snapshot->index || pool >= model->item_count)
        return false;
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    /* The index is of the films that the model was loaded with: those that were added come besides.
     */
    const uint32_t known = snapshot->origin->model->item_count;
    const size_t added = model->item_count - known;
    float *place = ARENA_ARRAY(scratch, float, snapshot->dimension);
    struct entry *entries = ARENA_ARRAY(scratch, struct entry, pool);
    uint32_t *items = ARENA_ARRAY(scratch, uint32_t, pool + added);
    float *values = ARENA_ARRAY(scratch, float, pool + added);
    model->ops->query_vectors(model, query, 1, place);
    ann_find(snapshot->index, &(struct ann_search){place, 1, pool, entries});
    while (found < pool && entries[found].index < known) {
        items[found] = entries[found].index;
        found++;
    }
    const bool is_enough = found >= least;
    for (uint32_t i = known; i < model->item_count; i++)
        items[found++] = i;
    if (is_enough) {
        model->ops->score(model, query, 1, items, found, values);
        for (size_t i = 0; i < model->item_count; i++)
            scores[i] = -INFINITY;
        for (size_t i = 0; i < found; i++)
            scores[items[i]] = values[i];
    }
    arena_reset(scratch, mark);
    return is_enough;
}
