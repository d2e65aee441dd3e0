/* fuzz_yaml.c: any bytes as a settings file: read, filled in, put into settings. */
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/config.h"
#include "base/settings.h"

static const struct setting_spec table[] = {
    {"model", SETTING_TEXT, "item_knn", 0, 0, NULL, "model.name", "text"},
    {"k", SETTING_INT, "40", 1, 1000, NULL, "K|top_k", "a number"},
    {"lr", SETTING_REAL, "0.1", 0, 10, NULL, NULL, "a real number"},
    {"layers", SETTING_INT_LIST, "[64,32]", 1, 4096, NULL, NULL, "a list"},
    {"tags", SETTING_TEXT_LIST, "", 0, 0, NULL, NULL, "texts"},
    {NULL, SETTING_INT, NULL, 0, 0, NULL, NULL, NULL},
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct arena arena = {0};
    struct config config = {0};
    struct error error;
    struct settings *settings = settings_create(&arena);
    settings_add(settings, table);
    if (config_parse(&config, "x.yaml", (const char *)data, size, &arena, &error) == STATUS_OK)
        config_apply(&config, settings, &error);
    arena_release(&arena);
    return 0;
}
