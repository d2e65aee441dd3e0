/* fuzz_settings.c: any bytes as "key=value" for a row of each kind. What is taken must read back
 * from its canonical text as itself. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/assert.h"
#include "base/settings.h"

static const struct setting_spec table[] = {
    {"text", SETTING_TEXT, "", 0, 0, NULL, "t", "text"},
    {"choice", SETTING_TEXT, "a", 0, 0, "a|b_c|d", NULL, "one of"},
    {"int", SETTING_INT, "1", -1000, 1000, NULL, "i|integer", "a number"},
    {"real", SETTING_REAL, "1", 0, 0, NULL, NULL, "a real number"},
    {"bool", SETTING_BOOL, "false", 0, 0, NULL, NULL, "yes or no"},
    {"ints", SETTING_INT_LIST, "[1]", 0, 0, NULL, NULL, "numbers"},
    {"reals", SETTING_REAL_LIST, "[1]", 0, 10, NULL, NULL, "real numbers"},
    {"texts", SETTING_TEXT_LIST, "[a]", 0, 0, NULL, NULL, "texts"},
    {NULL, SETTING_INT, NULL, 0, 0, NULL, NULL, NULL},
};

static void check_canonical(struct settings *settings) {
    struct setting_entry entry;
    struct error error;
    for (size_t i = 0; settings_entry(settings, i, &entry); i++) {
        const char *before = entry.value;
        ASSERT(settings_set(settings, entry.spec->key, before, NULL, &error) == STATUS_OK);
        ASSERT(strcmp(settings_show(settings, entry.spec->key), before) == 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size > 65536)
        return 0;
    struct arena arena = {0};
    struct error error;
    struct settings *settings = settings_create(&arena);
    settings_add(settings, table);
    const char *pair = arena_copy_length(&arena, (const char *)data, size);
    if (settings_set_pair(settings, pair, "fuzz", &error) == STATUS_OK)
        check_canonical(settings);
    arena_release(&arena);
    return 0;
}
