/* settings_yaml.c: see settings_yaml.h. Checked by tests/base/test_settings.c. */
#include "base/settings_yaml.h"

#include <string.h>

/* A text in YAML's double quotes where it would read as something else. */
static void put_text(const char *text, struct buffer *out) {
    static const char letters[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./@+";
    bool plain = *text && text[strspn(text, letters)] == '\0' && *text != '-' && *text != '@';
    if (plain) {
        buffer_text(out, text);
        return;
    }
    buffer_text(out, "\"");
    for (; *text; text++)
        buffer_format(out, *text == '"' || *text == '\\' ? "\\%c" : "%c", *text);
    buffer_text(out, "\"");
}

static bool is_wanted(const struct setting_entry *entry, enum settings_yaml_rows rows) {
    return rows == SETTINGS_YAML_ALL || entry->is_set ||
           (rows == SETTINGS_YAML_FILLED && *entry->value);
}

void settings_yaml(const struct settings *settings, enum settings_yaml_rows rows,
                   struct buffer *out) {
    struct setting_entry entry;
    for (size_t i = 0; settings_entry(settings, i, &entry); i++) {
        if (!is_wanted(&entry, rows))
            continue;
        bool is_number = entry.spec->kind == SETTING_INT || entry.spec->kind == SETTING_REAL;
        buffer_format(out, "%s: ", entry.spec->key);
        if (is_number && !*entry.value)
            buffer_text(out, "null");
        else if (entry.spec->kind == SETTING_TEXT)
            put_text(entry.value, out);
        else
            buffer_text(out, entry.value);
        buffer_text(out, "\n");
    }
}
