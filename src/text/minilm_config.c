/* minilm_config.c: see minilm_config.h. The limits keep every product of sizes far from overflow.
 * Checked by tests/text/test_minilm.c. */
#include "text/minilm_config.h"

#include <jansson.h>
#include <stdbool.h>
#include <string.h>

#include "base/files.h"

#define CONFIG_BYTES_MAX ((size_t)1 << 20)

/* A JSON file of a model's folder. */
static enum status read_object(json_t **object, const char *path, struct error *error) {
    struct arena arena = {0};
    char *bytes;
    size_t size;
    enum status status = files_read(path, CONFIG_BYTES_MAX, &arena, &bytes, &size, error);
    if (status == STATUS_OK) {
        json_error_t wrong;
        *object = json_loadb(bytes, size, 0, &wrong);
        if (!json_is_object(*object)) {
            json_decref(*object);
            status = error_set(error, STATUS_BAD_INPUT, "%s: expected a JSON object: %s", path,
                               wrong.text);
        }
    }
    arena_release(&arena);
    return status;
}

struct size_row {
    const char *key;
    size_t *value;
    json_int_t most;
};

static enum status read_sizes(const json_t *object, const char *path, struct minilm_config *config,
                              struct error *error) {
    const struct size_row rows[] = {
        {"num_hidden_layers", &config->layers, 100},
        {"hidden_size", &config->width, 8192},
        {"num_attention_heads", &config->heads, 256},
        {"intermediate_size", &config->inner, 65536},
        {"max_position_embeddings", &config->positions, 65536},
        {"type_vocab_size", &config->types, 64},
        {"vocab_size", &config->pieces, 4000000},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const json_t *value = json_object_get(object, rows[i].key);
        const json_int_t found = json_integer_value(value);
        if (!json_is_integer(value) || found < 1 || found > rows[i].most)
            return error_set(error, STATUS_BAD_INPUT,
                             "%s: \"%s\" must be a whole number from 1 to %lld", path, rows[i].key,
                             (long long)rows[i].most);
        *rows[i].value = (size_t)found;
    }
    if (config->width % config->heads != 0)
        return error_set(error, STATUS_BAD_INPUT,
                         "%s: %zu attention heads do not divide the width of %zu", path,
                         config->heads, config->width);
    const json_t *epsilon = json_object_get(object, "layer_norm_eps");
    config->epsilon = epsilon ? (float)json_number_value(epsilon) : 1e-12f;
    if (!(config->epsilon >= 0 && config->epsilon < 1))
        return error_set(error, STATUS_BAD_INPUT, "%s: \"layer_norm_eps\" must lie in [0, 1)",
                         path);
    return STATUS_OK;
}

/* A text, where there is one, must be the one that this encoder is. */
static enum status expect(const json_t *object, const char *path, const char *key,
                          const char *expected, struct error *error) {
    const char *found = json_string_value(json_object_get(object, key));
    if (!found || strcmp(found, expected) == 0)
        return STATUS_OK;
    return error_set(error, STATUS_BAD_INPUT, "%s: \"%s\" is \"%.64s\", and only %s is known here",
                     path, key, found, expected);
}

static enum status read_config(const json_t *object, const char *path, struct minilm_config *config,
                               struct error *error) {
    TRY(expect(object, path, "model_type", "bert", error));
    TRY(expect(object, path, "hidden_act", "gelu", error));
    TRY(expect(object, path, "position_embedding_type", "absolute", error));
    return read_sizes(object, path, config, error);
}

/* The tokenizer here lowers every word. */
static enum status check_tokenizer(const char *folder, struct arena *arena, struct error *error) {
    const char *path = files_join(arena, folder, "tokenizer_config.json");
    if (!files_exists(path))
        return STATUS_OK;
    json_t *object;
    TRY(read_object(&object, path, error));
    const bool cased = json_is_false(json_object_get(object, "do_lower_case"));
    json_decref(object);
    if (cased)
        return error_set(error, STATUS_BAD_INPUT,
                         "%s: a cased model; only uncased ones are known here", path);
    return STATUS_OK;
}

enum status minilm_config_read(struct minilm_config *config, const char *folder,
                               struct error *error) {
    struct arena arena = {0};
    const char *path = files_join(&arena, folder, "config.json");
    json_t *object;
    enum status status = read_object(&object, path, error);
    if (status == STATUS_OK) {
        status = read_config(object, path, config, error);
        json_decref(object);
    }
    if (status == STATUS_OK)
        status = check_tokenizer(folder, &arena, error);
    arena_release(&arena);
    return status;
}
