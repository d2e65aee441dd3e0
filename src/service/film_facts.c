/* film_facts.c: see film_facts.h. Checked by tests/service/test_film_nearest.c. */
#include "service/film_facts.h"

#include <string.h>

const char *film_facts_add_genre(const char *genres, const char *name, struct arena *arena) {
    return arena_format(arena, "%s%s%s", genres, *genres ? "|" : "", name);
}

const char *film_facts_genres(const struct dataset *catalogue, uint64_t genres,
                              struct arena *arena) {
    const char *text = "";
    for (; genres; genres &= genres - 1)
        text = film_facts_add_genre(text, catalogue->genres[__builtin_ctzll(genres)], arena);
    return text;
}

const char *film_facts_next_genre(const char **at, struct arena *arena) {
    const char *begin = *at + strspn(*at, "|");
    const size_t length = strcspn(begin, "|");
    *at = begin + length;
    return length > 0 ? arena_copy_length(arena, begin, length) : NULL;
}

const char *film_facts_title(const char *title, int64_t year, struct arena *arena) {
    const size_t length = strlen(title);
    const bool has_year = length > 6 && title[length - 1] == ')' && title[length - 6] == '(';
    return year > 0 && !has_year ? arena_format(arena, "%s (%lld)", title, (long long)year) : title;
}

json_t *film_facts_read(const char *text) {
    json_t *facts = text ? json_loads(text, 0, NULL) : NULL;
    if (json_is_object(facts))
        return facts;
    json_decref(facts);
    return json_object();
}

const char *film_facts_write(const json_t *facts, size_t room, struct arena *arena, bool *fits) {
    const size_t size = json_dumpb(facts, NULL, 0, JSON_COMPACT);
    *fits = size <= room;
    if (!*fits || json_object_size(facts) == 0)
        return NULL;
    char *text = arena_alloc(arena, size + 1);
    json_dumpb(facts, text, size, JSON_COMPACT);
    return text;
}

bool film_facts_is_hidden(const json_t *facts) {
    return json_is_true(json_object_get(facts, FILM_FACTS_HIDDEN));
}

void film_facts_strip(json_t *facts) {
    json_object_del(facts, FILM_FACTS_HIDDEN);
    json_object_del(facts, FILM_FACTS_TIME);
    json_object_del(facts, FILM_FACTS_LABELS);
}
