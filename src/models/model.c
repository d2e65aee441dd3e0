/* model.c: the list of models, and what can be said of any model through its interface. See
 * model.h.
 */
#include "models/model.h"

#include <string.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "base/digest.h"

#define MODEL(name) extern const struct model_ops model_##name;
#include "models/models.def"
#undef MODEL

static const struct model_ops *const models[] = {
#define MODEL(name) &model_##name,
#include "models/models.def"
#undef MODEL
    NULL,
};

const struct model_ops *model_at(size_t index) {
    return index < sizeof models / sizeof *models ? models[index] : NULL;
}

static bool has_name(const struct model_ops *ops, const char *name) {
    const size_t length = strlen(name);
    if (strcmp(ops->name, name) == 0)
        return true;
    for (const char *at = ops->aliases; at && *at;) {
        const size_t alias = strcspn(at, "|");
        if (alias == length && memcmp(at, name, length) == 0)
            return true;
        at += alias;
        at += *at == '|';
    }
    return false;
}

static const char *next_name(void *unused, size_t index) {
    (void)unused;
    return model_at(index) ? model_at(index)->name : NULL;
}

enum status model_find(const struct model_ops **out, const char *name, struct error *error) {
    for (size_t i = 0; model_at(i); i++)
        if (has_name(model_at(i), name)) {
            *out = model_at(i);
            return STATUS_OK;
        }
    const char *nearest = settings_nearest(name, next_name, NULL);
    if (nearest)
        return error_set(error, STATUS_BAD_USAGE, "unknown model \"%.80s\"; did you mean \"%s\"?",
                         name, nearest);
    return error_set(error, STATUS_BAD_USAGE,
                     "unknown model \"%.80s\"; `matinee models` lists them", name);
}

void *model_allocate(const struct model_ops *ops, size_t bytes) {
    ASSERT(bytes >= sizeof(struct model));
    struct model *model = alloc_zeroed(1, bytes);
    model->ops = ops;
    model->needs = ops->needs;
    model->traits = ops->traits;
    return model;
}

void model_describe(struct model *model, const struct interactions *train) {
    model->user_count = train->user_count;
    model->item_count = train->item_count;
    model->rating_min = model->rating_max = train->count > 0 ? interactions_rating(train, 0) : 1;
    for (size_t row = 1; train->ratings && row < train->count; row++) {
        const float rating = train->ratings[row];
        model->rating_min = rating < model->rating_min ? rating : model->rating_min;
        model->rating_max = rating > model->rating_max ? rating : model->rating_max;
    }
}

void model_destroy(struct model *model) {
    if (!model)
        return;
    if (model->ops->release)
        model->ops->release(model);
    arena_release(&model->arena);
    alloc_free(model);
}

size_t model_tensors(struct model *model, struct tensor *list[MODEL_TENSORS_MAX]) {
    const size_t count = model->ops->tensors(model, list);
    ASSERT(count <= MODEL_TENSORS_MAX);
    return count;
}

void model_checksum(struct model *model, uint8_t checksum[32]) {
    struct tensor *list[MODEL_TENSORS_MAX];
    const size_t count = model_tensors(model, list);
    struct digest digest;
    digest_begin(&digest, DIGEST_SHA256);
    for (size_t i = 0; i < count; i++) {
        const struct tensor *tensor = list[i];
        if (!tensor->data)
            continue;
        const uint32_t type = tensor->type, rank = tensor->rank;
        digest_update(&digest, tensor->name, strlen(tensor->name) + 1);
        digest_update(&digest, &type, sizeof type);
        digest_update(&digest, &rank, sizeof rank);
        for (unsigned d = 0; d < tensor->rank; d++) {
            const uint64_t extent = tensor->shape[d];
            digest_update(&digest, &extent, sizeof extent);
        }
        digest_update(&digest, tensor->data, tensor_bytes(tensor));
    }
    digest_end(&digest, checksum);
}

size_t model_parameter_count(struct model *model) {
    struct tensor *list[MODEL_TENSORS_MAX];
    const size_t count = model_tensors(model, list);
    size_t parameters = 0;
    for (size_t i = 0; i < count; i++) {
        const enum tensor_type type = list[i]->type;
        if (type == TENSOR_F32 || type == TENSOR_F64 || type == TENSOR_BF16)
            parameters += tensor_count(list[i]);
    }
    return parameters;
}

const struct item_feature *model_feature(const struct fit_input *input, const char *name) {
    for (size_t i = 0; i < input->feature_count; i++)
        if (strcmp(input->features[i].name, name) == 0)
            return &input->features[i];
    return NULL;
}

enum status model_expect(const struct tensor *tensor, enum tensor_type type, size_t rows,
                         size_t columns, struct error *error) {
    if (!tensor->data)
        return error_set(error, STATUS_BAD_INPUT, "tensor '%s' is missing", tensor->name);
    const unsigned rank = columns > 0 ? 2 : 1;
    if (tensor->type != type || tensor->rank != rank || tensor->shape[0] != rows ||
        (columns > 0 && tensor->shape[1] != columns))
        return error_set(error, STATUS_BAD_INPUT,
                         "tensor '%s' has rank %u and shape [%zu, %zu] (or another type), expected "
                         "rank %u and [%zu, %zu]: it does not fit the model's settings",
                         tensor->name, tensor->rank, tensor->shape[0], tensor->shape[1], rank, rows,
                         columns);
    return STATUS_OK;
}

enum status model_expect_memory(size_t bytes, const char *what, const char *advice,
                                struct error *error) {
    const size_t available = alloc_available_bytes();
    if (bytes <= available - available / 8)
        return STATUS_OK;
    return error_set(error, STATUS_LIMIT, "%s needs %zu MB, and %zu MB are free: %s", what,
                     bytes >> 20, available >> 20, advice);
}

static bool has_items_below(const struct interactions *rows, uint32_t bound) {
    bool good = true;
    for (size_t row = 0; row < rows->count; row++)
        good &= rows->items[row] < bound;
    return good;
}

enum status model_check_events(const struct model *model, const struct model_events *events,
                               struct error *error) {
    const struct interactions *known = events->known, *fresh = events->fresh;
    const uint32_t items = known->item_count;
    const bool fits = items == model->item_count ||
                      (items > model->item_count && (model->traits & MODEL_LEARNS_ITEMS));
    if (known->user_count != fresh->user_count || known->user_count < model->user_count || !fits ||
        fresh->item_count != items)
        return error_set(error, STATUS_BAD_INPUT,
                         "the known rows are of %u users and %u items, the new ones of %u and %u, "
                         "the model of %u and %u",
                         known->user_count, known->item_count, fresh->user_count, fresh->item_count,
                         model->user_count, model->item_count);
    if (has_items_below(known, model->item_count) && has_items_below(fresh, items))
        return STATUS_OK;
    return error_set(error, STATUS_BAD_INPUT,
                     "a known row is of an item that is not one of the model's %u, or a new one of "
                     "none of %u",
                     model->item_count, items);
}

void *model_copy(const struct model *model, size_t bytes) {
    struct model *made = model_allocate(model->ops, bytes);
    memcpy(made, model, bytes);
    made->arena = (struct arena){0};
    made->report = (struct fit_report){0};
    struct tensor *list[MODEL_TENSORS_MAX];
    const size_t count = model_tensors(made, list);
    for (size_t i = 0; i < count; i++)
        if (list[i]->data) {
            const void *from = list[i]->data;
            list[i]->data = arena_alloc_raw(&made->arena, tensor_bytes(list[i]));
            memcpy(list[i]->data, from, tensor_bytes(list[i]));
        }
    return made;
}
