/* model_file_open.c: opens a model file: the model on the mapped weights, and the catalogue. See
 * model_file.h.
 *
 * Trust    every index, offset and count that will be used as one is checked here, once, so that a
 *          file that was cut, edited or made by another program ends in a sentence, never in a read
 *          outside. Weights are numbers and are taken as they are.
 * Cost     one pass over histories, ids and titles: 3 ms for MovieLens 1M, most of it page faults.
 * Checked  tests/models/test_model_file.c, fuzz/fuzz_model_file.c. */
#include <jansson.h>
#include <string.h>

#include "base/alloc.h"
#include "models/model_file.h"
#include "models/model_file_names.h"
#include "models/trainer.h"

static enum status refuse(const struct model_file *file, const char *what, struct error *error) {
    return error_set(error, STATUS_BAD_INPUT, "%s: %s; train the model again", file->tensors.path,
                     what);
}

/* ---- Tensors of the file --------------------------------------------------------------------- */

#define ANY_COUNT SIZE_MAX

/* The vector of that name. Errors: missing, of another type, of another length than `*count`
 * (ANY_COUNT: the length is stored there). */
static enum status take(const struct model_file *file, const char *name, enum tensor_type type,
                        size_t *count, const void **data, struct error *error) {
    const struct tensor *tensor = tensor_file_find(&file->tensors, name);
    *data = NULL;
    if (!tensor)
        return error_set(error, STATUS_BAD_INPUT, "%s: has no tensor '%s'; train the model again",
                         file->tensors.path, name);
    if (tensor->type != type || tensor->rank != 1 ||
        (*count != ANY_COUNT && tensor->shape[0] != *count))
        return error_set(error, STATUS_BAD_INPUT,
                         "%s: tensor '%s' is not of the type and length that the rest of the file "
                         "asks for; train the model again",
                         file->tensors.path, name);
    *count = tensor->shape[0];
    *data = tensor->data;
    return STATUS_OK;
}

/* Offsets must begin at 0, never fall, and end at `total`. */
static enum status check_offsets(const struct model_file *file, const char *name,
                                 const uint64_t *offsets, size_t count, uint64_t total,
                                 struct error *error) {
    bool good = offsets[0] == 0 && offsets[count - 1] == total;
    for (size_t i = 1; i < count; i++)
        good &= offsets[i - 1] <= offsets[i];
    if (good)
        return STATUS_OK;
    return error_set(error, STATUS_BAD_INPUT,
                     "%s: tensor '%s' does not hold rising offsets; train the model again",
                     file->tensors.path, name);
}

static enum status check_below(const struct model_file *file, const char *name,
                               const uint32_t *values, size_t count, uint32_t bound,
                               struct error *error) {
    bool good = true;
    for (size_t i = 0; i < count; i++)
        good &= values[i] < bound;
    if (good)
        return STATUS_OK;
    return error_set(error, STATUS_BAD_INPUT,
                     "%s: tensor '%s' names something that is not there; train the model again",
                     file->tensors.path, name);
}

/* `*count` texts that end in 0 (ANY_COUNT: as many as there are), as pointers into the mapping. */
static enum status take_texts(struct model_file *file, const char *name, size_t *count,
                              const char ***texts, struct error *error) {
    size_t bytes = ANY_COUNT, found = 0;
    const void *data;
    TRY(take(file, name, TENSOR_U8, &bytes, &data, error));
    const char *block = data;
    for (size_t i = 0; i < bytes; i++)
        found += block[i] == '\0';
    if ((bytes > 0 && block[bytes - 1] != '\0') || (*count != ANY_COUNT && found != *count))
        return error_set(error, STATUS_BAD_INPUT,
                         "%s: tensor '%s' holds %zu texts, not as many as the rest of the file "
                         "asks for; train the model again",
                         file->tensors.path, name, found);
    *count = found;
    *texts = ARENA_ARRAY_RAW(&file->catalogue.arena, const char *, found + 1);
    for (size_t i = 0; i < found; i++) {
        (*texts)[i] = block;
        block += strlen(block) + 1;
    }
    return STATUS_OK;
}

/* ---- Catalogue ------------------------------------------------------------------------------- */

static enum status open_ids(struct model_file *file, const char *offsets_name, const char *ids_name,
                            struct id_map *map, struct error *error) {
    size_t count = ANY_COUNT, bytes = ANY_COUNT;
    const void *offsets, *text;
    TRY(take(file, offsets_name, TENSOR_U64, &count, &offsets, error));
    TRY(take(file, ids_name, TENSOR_U8, &bytes, &text, error));
    if (count == 0 || count > UINT32_MAX / 2)
        return refuse(file, "the number of users or items is not possible", error);
    TRY(check_offsets(file, offsets_name, offsets, count, bytes, error));
    map->count = (uint32_t)(count - 1);
    map->offsets = offsets;
    map->text = text;
    id_map_index(map, &file->catalogue.arena);
    return STATUS_OK;
}

static const char *or_null(const char *text) { return *text ? text : NULL; }

static enum status open_movies(struct model_file *file, struct error *error) {
    struct dataset *to = &file->catalogue;
    size_t count = to->items.count, genre_count = ANY_COUNT;
    const void *years, *genres;
    const char **titles, **imdb, **tmdb, **facts;
    TRY(take_texts(file, NAME_GENRES, &genre_count, &to->genres, error));
    if (genre_count > DATASET_GENRES_MAX)
        return refuse(file, "it has more than 64 genres", error);
    to->genre_count = (uint32_t)genre_count;
    TRY(take(file, NAME_YEARS, TENSOR_I32, &count, &years, error));
    TRY(take(file, NAME_MOVIE_GENRES, TENSOR_U64, &count, &genres, error));
    TRY(take_texts(file, NAME_TITLES, &count, &titles, error));
    TRY(take_texts(file, NAME_IMDB, &count, &imdb, error));
    TRY(take_texts(file, NAME_TMDB, &count, &tmdb, error));
    TRY(take_texts(file, NAME_FACTS, &count, &facts, error));
    const uint64_t known = genre_count == 64 ? UINT64_MAX : ((uint64_t)1 << genre_count) - 1;
    to->movies = ARENA_ARRAY(&to->arena, struct movie, count + 1);
    for (size_t i = 0; i < count; i++)
        to->movies[i] = (struct movie){.title = titles[i],
                                       .year = ((const int32_t *)years)[i],
                                       .genres = ((const uint64_t *)genres)[i] & known,
                                       .imdb_id = or_null(imdb[i]),
                                       .tmdb_id = or_null(tmdb[i]),
                                       .facts = or_null(facts[i])};
    return STATUS_OK;
}

static enum status open_tags(struct model_file *file, struct error *error) {
    struct dataset *to = &file->catalogue;
    if (!tensor_file_find(&file->tensors, NAME_TAG_OFFSETS))
        return STATUS_OK;
    size_t offset_count = (size_t)to->items.count + 1, words = ANY_COUNT, tag_count = ANY_COUNT;
    const void *offsets, *applied;
    TRY(take(file, NAME_TAG_OFFSETS, TENSOR_U64, &offset_count, &offsets, error));
    TRY(take(file, NAME_TAGS_APPLIED, TENSOR_U32, &words, &applied, error));
    TRY(take_texts(file, NAME_TAGS, &tag_count, &to->tags, error));
    TRY(check_offsets(file, NAME_TAG_OFFSETS, offsets, offset_count, words / 2, error));
    to->tag_count = (uint32_t)tag_count;
    to->tag_offsets = offsets;
    struct movie_tag *tags = ARENA_ARRAY_RAW(&to->arena, struct movie_tag, words / 2 + 1);
    const uint32_t *word = applied;
    for (size_t i = 0; i < words / 2; i++) {
        TRY(check_below(file, NAME_TAGS_APPLIED, &word[2 * i], 1, to->tag_count, error));
        tags[i] = (struct movie_tag){word[2 * i], word[2 * i + 1]};
    }
    to->movie_tags = tags;
    return STATUS_OK;
}

static enum status open_histories(struct model_file *file, struct error *error) {
    struct dataset *to = &file->catalogue;
    struct interactions *histories = &to->interactions;
    size_t offset_count = (size_t)to->users.count + 1, rows = ANY_COUNT;
    const void *offsets, *items, *ratings = NULL, *times = NULL;
    TRY(take(file, NAME_HISTORY_OFFSETS, TENSOR_U64, &offset_count, &offsets, error));
    TRY(take(file, NAME_HISTORY_ITEMS, TENSOR_U32, &rows, &items, error));
    if (tensor_file_find(&file->tensors, NAME_HISTORY_RATINGS))
        TRY(take(file, NAME_HISTORY_RATINGS, TENSOR_F32, &rows, &ratings, error));
    if (tensor_file_find(&file->tensors, NAME_HISTORY_TIMES))
        TRY(take(file, NAME_HISTORY_TIMES, TENSOR_I64, &rows, &times, error));
    TRY(check_offsets(file, NAME_HISTORY_OFFSETS, offsets, offset_count, rows, error));
    TRY(check_below(file, NAME_HISTORY_ITEMS, items, rows, to->items.count, error));
    *histories = (struct interactions){.user_count = to->users.count,
                                       .item_count = to->items.count,
                                       .count = rows,
                                       .offsets = offsets,
                                       .items = items,
                                       .ratings = ratings,
                                       .times = times};
    return STATUS_OK;
}

/* A digit's value, or 16. */
static unsigned hexadecimal(char c) {
    static const char digits[] = "0123456789abcdef";
    const char *found = c ? strchr(digits, c) : NULL;
    return found ? (unsigned)(found - digits) : 16;
}

static enum status open_data_checksum(struct model_file *file, const char *text,
                                      struct error *error) {
    uint8_t *sum = file->catalogue.checksum;
    if (strlen(text) != 2 * sizeof file->catalogue.checksum)
        return refuse(file, "the data's checksum is not one", error);
    for (size_t i = 0; i < sizeof file->catalogue.checksum; i++) {
        const unsigned high = hexadecimal(text[2 * i]), low = hexadecimal(text[2 * i + 1]);
        if (high > 15 || low > 15)
            return refuse(file, "the data's checksum is not one", error);
        sum[i] = (uint8_t)(16 * high + low);
    }
    return STATUS_OK;
}

static enum status open_catalogue(struct model_file *file, struct error *error) {
    struct dataset *to = &file->catalogue;
    const char *traits = tensor_file_metadata(&file->tensors, KEY_DATA_TRAITS),
               *checksum = tensor_file_metadata(&file->tensors, KEY_DATA_CHECKSUM);
    if (!traits || !checksum || !file->data_name)
        return refuse(file, "it does not say on which data it was fitted", error);
    to->name = file->data_name;
    to->source = file->tensors.path;
    to->reader = "model file";
    to->has_ratings = strstr(traits, "ratings ") != NULL;
    to->has_order = strstr(traits, "order ") != NULL;
    to->times_are_seconds = strstr(traits, "seconds ") != NULL;
    TRY(open_data_checksum(file, checksum, error));
    TRY(open_ids(file, NAME_USER_OFFSETS, NAME_USER_IDS, &to->users, error));
    TRY(open_ids(file, NAME_ITEM_OFFSETS, NAME_ITEM_IDS, &to->items, error));
    TRY(open_movies(file, error));
    TRY(open_tags(file, error));
    return open_histories(file, error);
}

/* ---- Settings -------------------------------------------------------------------------------- */

/* What a row of a table that this layer does not have may look like: any value of its kind. */
static const struct setting_spec *loose_row(const char *key, const char *kind,
                                            struct arena *arena) {
    static const struct {
        const char *name, *value;
        enum setting_kind kind;
    } kinds[] = {{"int", "0", SETTING_INT},
                 {"real", "0", SETTING_REAL},
                 {"bool", "false", SETTING_BOOL},
                 {"text", "", SETTING_TEXT},
                 {"int_list", "[]", SETTING_INT_LIST},
                 {"real_list", "[]", SETTING_REAL_LIST},
                 {"text_list", "[]", SETTING_TEXT_LIST}};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kinds[i].name, kind) == 0) {
            struct setting_spec *rows = ARENA_ARRAY(arena, struct setting_spec, 2);
            rows[0] = (struct setting_spec){.key = arena_copy(arena, key),
                                            .kind = kinds[i].kind,
                                            .value = kinds[i].value,
                                            .help = "as it was at the fit"};
            return rows;
        }
    return NULL;
}

static enum status open_setting(struct model_file *file, const char *key, const json_t *pair,
                                struct error *error) {
    const char *kind = json_string_value(json_array_get(pair, 0)),
               *value = json_string_value(json_array_get(pair, 1));
    if (!kind || !value)
        return refuse(file, "its settings are not pairs of kind and value", error);
    if (!settings_knows(file->settings, key)) {
        const struct setting_spec *rows = loose_row(key, kind, &file->catalogue.arena);
        if (!rows)
            return refuse(file, "a setting is of no kind that there is", error);
        settings_add(file->settings, rows);
    }
    return settings_set(file->settings, key, value, file->tensors.path, error);
}

static enum status open_settings(struct model_file *file, const struct model_ops *ops,
                                 struct error *error) {
    const char *text = tensor_file_metadata(&file->tensors, KEY_SETTINGS);
    file->settings = settings_create(&file->catalogue.arena);
    settings_add(file->settings, ops->settings);
    settings_add(file->settings, dataset_settings);
    if (ops->traits & MODEL_TRAINED)
        settings_add(file->settings, trainer_settings);
    json_t *object = text ? json_loads(text, JSON_REJECT_DUPLICATES, NULL) : NULL;
    enum status status = STATUS_OK;
    if (!json_is_object(object))
        status = refuse(file, "its settings cannot be read", error);
    const char *key;
    json_t *pair;
    json_object_foreach(object, key, pair) {
        if (status == STATUS_OK)
            status = open_setting(file, key, pair, error);
    }
    json_decref(object);
    return status;
}

/* ---- Model ----------------------------------------------------------------------------------- */

/* Puts the file's tensors into the model's slots. */
static enum status bind_tensors(struct model_file *file, struct error *error) {
    struct tensor *list[MODEL_TENSORS_MAX];
    const size_t count = model_tensors(file->model, list);
    size_t bound = 0, stored = 0;
    for (size_t i = 0; i < file->tensors.tensor_count; i++)
        stored += strncmp(file->tensors.tensors[i].name, MODEL_FILE_PREFIX,
                          strlen(MODEL_FILE_PREFIX)) == 0;
    for (size_t i = 0; i < count; i++) {
        char name[128];
        snprintf(name, sizeof name, MODEL_FILE_PREFIX "%s", list[i]->name);
        const struct tensor *found = tensor_file_find(&file->tensors, name);
        if (!found)
            continue;
        const char *own = list[i]->name;
        *list[i] = *found;
        list[i]->name = own;
        bound++;
    }
    if (bound != stored)
        return refuse(file, "it holds tensors that its model does not know", error);
    return STATUS_OK;
}

static enum status open_model(struct model_file *file, const struct model_ops *ops,
                              struct error *error) {
    size_t four = 4;
    const void *range;
    TRY(take(file, NAME_RATING_RANGE, TENSOR_F32, &four, &range, error));
    const float *bounds = range;
    file->catalogue.rating_min = bounds[0];
    file->catalogue.rating_max = bounds[1];
    TRY(ops->create(&file->model, file->settings, error));
    struct model *model = file->model;
    model->user_count = file->catalogue.users.count;
    model->item_count = file->catalogue.items.count;
    model->rating_min = bounds[2];
    model->rating_max = bounds[3];
    model->wish_encoder = tensor_file_metadata(&file->tensors, KEY_WISH_ENCODER);
    TRY(bind_tensors(file, error));
    return ops->attach ? ops->attach(model, error) : STATUS_OK;
}

static enum status check_format(const struct model_file *file, struct error *error) {
    const char *format = tensor_file_metadata(&file->tensors, KEY_FORMAT),
               *version = tensor_file_metadata(&file->tensors, KEY_VERSION),
               *name = tensor_file_metadata(&file->tensors, KEY_MODEL);
    if (!format || !version || !name || strcmp(format, MODEL_FILE_FORMAT) != 0)
        return error_set(error, STATUS_BAD_INPUT,
                         "%s: a safetensors file, but not a model file of matinee; `matinee train "
                         "--out FILE` makes one",
                         file->tensors.path);
    if (strcmp(version, MODEL_FILE_VERSION) != 0)
        return error_set(error, STATUS_BAD_INPUT,
                         "%s: is of format version %.20s, this program reads version %s; train the "
                         "model again",
                         file->tensors.path, version, MODEL_FILE_VERSION);
    return STATUS_OK;
}

static enum status check_metrics(struct model_file *file, struct error *error) {
    file->metrics = tensor_file_metadata(&file->tensors, KEY_METRICS);
    file->measured_by = tensor_file_metadata(&file->tensors, KEY_MEASURED_BY);
    json_t *object = file->metrics ? json_loads(file->metrics, 0, NULL) : NULL;
    const bool good = json_is_object(object);
    json_decref(object);
    return good ? STATUS_OK : refuse(file, "its metrics cannot be read", error);
}

static enum status open_all(struct model_file *file, const char *path, struct error *error) {
    TRY(tensor_file_open(&file->tensors, path, error));
    TRY(check_format(file, error));
    const struct model_ops *ops;
    if (model_find(&ops, tensor_file_metadata(&file->tensors, KEY_MODEL), error) != STATUS_OK) {
        error->status = STATUS_BAD_INPUT;
        return error_prefix(error, "%s", path);
    }
    file->data_name = tensor_file_metadata(&file->tensors, KEY_DATA);
    file->fitted_on = tensor_file_metadata(&file->tensors, KEY_FITTED_ON);
    if (!file->fitted_on)
        return refuse(file, "it does not say on which rows it was fitted", error);
    TRY(check_metrics(file, error));
    TRY(open_catalogue(file, error));
    TRY(open_settings(file, ops, error));
    const enum status status = open_model(file, ops, error);
    if (status != STATUS_OK && !strstr(error->text, path))
        return error_prefix(error, "%s", path);
    return status;
}

enum status model_file_open(struct model_file **out, const char *path, struct error *error) {
    struct model_file *file = alloc_zeroed(1, sizeof *file);
    if (open_all(file, path, error) == STATUS_OK) {
        *out = file;
        return STATUS_OK;
    }
    model_file_close(file);
    return error->status;
}

void model_file_close(struct model_file *file) {
    if (!file)
        return;
    model_destroy(file->model);
    arena_release(&file->catalogue.arena);
    tensor_file_close(&file->tensors);
    alloc_free(file);
}
