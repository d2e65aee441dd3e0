/* model_file.c: saves a fitted model with all that is needed to answer from it. See model_file.h;
 * model_file_open.c reads it, model_file_names.h says what lies in it.
 *
 * Equal models, data and settings give equal bytes: nothing of time, place, host or threads goes
 * in. Settings that only say where something lies or how fast to go are left out by name.
 * Checked: tests/models/test_model_file.c, tests/conformance. */
#include "models/model_file.h"

#include <jansson.h>
#include <string.h>

#include "base/assert.h"
#include "base/digest.h"
#include "models/model_file_names.h"

#define PARTS_MAX 24

/* What is to be written, collected in an arena. */
struct parts {
    struct arena arena;
    const struct tensor *list[PARTS_MAX + MODEL_TENSORS_MAX];
    size_t count;
};

static void add(struct parts *parts, const char *name, enum tensor_type type, size_t count,
                const void *data) {
    ASSERT(parts->count < PARTS_MAX);
    struct tensor *tensor = ARENA_NEW(&parts->arena, struct tensor);
    /* An array without elements may be NULL, which would make it a slot that is not written. */
    *tensor = (struct tensor){.name = name,
                              .type = type,
                              .rank = 1,
                              .shape = {count},
                              .data = data ? (void *)(uintptr_t)data : (void *)parts};
    parts->list[parts->count++] = tensor;
}

/* Texts that end in 0, one for each of `count` things; NULL counts as empty. */
static void add_texts(struct parts *parts, const char *name, size_t count,
                      const char *(*text)(const struct dataset *, size_t),
                      const struct dataset *of) {
    size_t bytes = 0;
    for (size_t i = 0; i < count; i++)
        bytes += (text(of, i) ? strlen(text(of, i)) : 0) + 1;
    char *block = arena_alloc_raw(&parts->arena, bytes), *at = block;
    for (size_t i = 0; i < count; i++) {
        const char *from = text(of, i) ? text(of, i) : "";
        const size_t length = strlen(from) + 1;
        memcpy(at, from, length);
        at += length;
    }
    add(parts, name, TENSOR_U8, bytes, block);
}

static const char *title(const struct dataset *of, size_t i) { return of->movies[i].title; }
static const char *imdb(const struct dataset *of, size_t i) { return of->movies[i].imdb_id; }
static const char *tmdb(const struct dataset *of, size_t i) { return of->movies[i].tmdb_id; }
static const char *facts(const struct dataset *of, size_t i) { return of->movies[i].facts; }
static const char *genre(const struct dataset *of, size_t i) { return of->genres[i]; }
static const char *tag(const struct dataset *of, size_t i) { return of->tags[i]; }

static void add_ids(struct parts *parts, const char *offsets, const char *ids,
                    const struct id_map *map) {
    static const uint64_t none[1];
    add(parts, offsets, TENSOR_U64, (size_t)map->count + 1, map->count ? map->offsets : none);
    add(parts, ids, TENSOR_U8, map->count ? (size_t)map->offsets[map->count] : 0, map->text);
}

static void add_movies(struct parts *parts, const struct dataset *of) {
    const size_t count = of->items.count;
    int32_t *years = ARENA_ARRAY(&parts->arena, int32_t, count);
    uint64_t *genres = ARENA_ARRAY(&parts->arena, uint64_t, count);
    for (size_t i = 0; i < count; i++) {
        years[i] = of->movies[i].year;
        genres[i] = of->movies[i].genres;
    }
    add_texts(parts, NAME_TITLES, count, title, of);
    add_texts(parts, NAME_IMDB, count, imdb, of);
    add_texts(parts, NAME_TMDB, count, tmdb, of);
    add_texts(parts, NAME_FACTS, count, facts, of);
    add(parts, NAME_YEARS, TENSOR_I32, count, years);
    add(parts, NAME_MOVIE_GENRES, TENSOR_U64, count, genres);
    add_texts(parts, NAME_GENRES, of->genre_count, genre, of);
    if (!of->tag_offsets)
        return;
    const size_t rows = (size_t)of->tag_offsets[count];
    uint32_t *applied = ARENA_ARRAY(&parts->arena, uint32_t, 2 * rows);
    for (size_t i = 0; i < rows; i++) {
        applied[2 * i] = of->movie_tags[i].tag;
        applied[2 * i + 1] = of->movie_tags[i].count;
    }
    add_texts(parts, NAME_TAGS, of->tag_count, tag, of);
    add(parts, NAME_TAG_OFFSETS, TENSOR_U64, count + 1, of->tag_offsets);
    add(parts, NAME_TAGS_APPLIED, TENSOR_U32, 2 * rows, applied);
}

static void add_histories(struct parts *parts, const struct interactions *histories) {
    const size_t rows = histories->count;
    add(parts, NAME_HISTORY_OFFSETS, TENSOR_U64, (size_t)histories->user_count + 1,
        histories->offsets);
    add(parts, NAME_HISTORY_ITEMS, TENSOR_U32, rows, histories->items);
    if (histories->ratings)
        add(parts, NAME_HISTORY_RATINGS, TENSOR_F32, rows, histories->ratings);
    if (histories->times)
        add(parts, NAME_HISTORY_TIMES, TENSOR_I64, rows, histories->times);
}

static void add_model(struct parts *parts, struct model *model) {
    struct tensor *list[MODEL_TENSORS_MAX];
    const size_t count = model_tensors(model, list);
    for (size_t i = 0; i < count; i++) {
        struct tensor *named = ARENA_NEW(&parts->arena, struct tensor);
        *named = *list[i];
        named->name = arena_format(&parts->arena, MODEL_FILE_PREFIX "%s", list[i]->name);
        parts->list[parts->count++] = named;
    }
}

/* Whether a setting shaped the model: not where things lie, how many threads, what is logged. */
static bool is_kept(const char *key) {
    static const char *const left_out[] = {"data",
                                           "seeds",
                                           "threads",
                                           "device",
                                           "model",
                                           "out",
                                           "model.pretrain_gmf",
                                           "model.pretrain_mlp",
                                           "model.part_files",
                                           "project_name"};
    static const char *const groups[] = {"paths.", "logger.", "mlflow.", "wandb.",
                                         "trainer.checkpoint."};
    for (size_t i = 0; i < sizeof left_out / sizeof *left_out; i++)
        if (strcmp(key, left_out[i]) == 0)
            return false;
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++)
        if (strncmp(key, groups[i], strlen(groups[i])) == 0)
            return false;
    return true;
}

/* {"model.k":["int","40"], ...}: the kind goes with the value, because who reads the file may not
 * have the table that the setting came from. */
static const char *settings_text_of(const struct settings *settings, struct arena *arena) {
    static const char *const kinds[] = {[SETTING_INT] = "int",
                                        [SETTING_REAL] = "real",
                                        [SETTING_BOOL] = "bool",
                                        [SETTING_TEXT] = "text",
                                        [SETTING_INT_LIST] = "int_list",
                                        [SETTING_REAL_LIST] = "real_list",
                                        [SETTING_TEXT_LIST] = "text_list"};
    json_t *object = json_object();
    struct setting_entry entry;
    for (size_t i = 0; settings_entry(settings, i, &entry); i++)
        if (is_kept(entry.spec->key) && (entry.is_set || *entry.value))
            json_object_set_new(object, entry.spec->key,
                                json_pack("[s, s]", kinds[entry.spec->kind], entry.value));
    const size_t length = json_dumpb(object, NULL, 0, JSON_COMPACT);
    char *text = arena_alloc(arena, length + 1);
    json_dumpb(object, text, length, JSON_COMPACT);
    json_decref(object);
    return text;
}

static const char *traits_text(const struct dataset *of, struct arena *arena) {
    return arena_format(arena, "%s%s%s", of->has_ratings ? "ratings " : "",
                        of->has_order ? "order " : "", of->times_are_seconds ? "seconds " : "");
}

enum status model_file_save(const char *path, struct model *model,
                            const struct model_file_content *content, struct error *error) {
    const struct dataset *of = content->catalogue;
    ASSERT(content->histories->user_count == of->users.count);
    ASSERT(content->histories->item_count == of->items.count);
    struct parts parts = {0};
    const float range[4] = {of->rating_min, of->rating_max, model->rating_min, model->rating_max};
    add_ids(&parts, NAME_USER_OFFSETS, NAME_USER_IDS, &of->users);
    add_ids(&parts, NAME_ITEM_OFFSETS, NAME_ITEM_IDS, &of->items);
    add_movies(&parts, of);
    add_histories(&parts, content->histories);
    add(&parts, NAME_RATING_RANGE, TENSOR_F32, 4, range);
    add_model(&parts, model);
    char checksum[DIGEST_TEXT_BYTES];
    digest_text(of->checksum, sizeof of->checksum, checksum);
    const struct tensor_metadata metadata[] = {
        {KEY_FORMAT, MODEL_FILE_FORMAT},
        {KEY_VERSION, MODEL_FILE_VERSION},
        {KEY_MODEL, model->ops->name},
        {KEY_SETTINGS, settings_text_of(content->settings, &parts.arena)},
        {KEY_DATA, of->name},
        {KEY_DATA_CHECKSUM, checksum},
        {KEY_DATA_TRAITS, traits_text(of, &parts.arena)},
        {KEY_FITTED_ON, content->fitted_on},
        {KEY_METRICS, content->metrics ? content->metrics : "{}"},
        {KEY_WISH_ENCODER, model->wish_encoder}, /* the last: most models have none */
    };
    const size_t rows = sizeof metadata / sizeof *metadata - !model->wish_encoder;
    const enum status status =
        tensor_file_write(path, parts.list, parts.count, metadata, rows, error);
    arena_release(&parts.arena);
    return status;
}

enum status model_file_measured(const char *path, const char *metrics, const char *measured_by,
                                struct error *error) {
    struct tensor_file file;
    TRY(tensor_file_open(&file, path, error));
    const struct tensor **tensors =
        ARENA_ARRAY(&file.arena, const struct tensor *, file.tensor_count + 1);
    struct tensor_metadata *metadata =
        ARENA_ARRAY(&file.arena, struct tensor_metadata, file.metadata_count + 2);
    size_t count = 0;
    for (size_t i = 0; i < file.tensor_count; i++)
        tensors[i] = &file.tensors[i];
    for (size_t i = 0; i < file.metadata_count; i++)
        if (strcmp(file.metadata[i].key, KEY_METRICS) != 0 &&
            strcmp(file.metadata[i].key, KEY_MEASURED_BY) != 0)
            metadata[count++] = file.metadata[i];
    metadata[count++] = (struct tensor_metadata){KEY_METRICS, metrics};
    metadata[count++] = (struct tensor_metadata){KEY_MEASURED_BY, measured_by};
    const enum status status =
        tensor_file_write(path, tensors, file.tensor_count, metadata, count, error);
    tensor_file_close(&file);
    return status;
}
