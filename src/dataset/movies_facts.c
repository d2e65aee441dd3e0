/* movies_facts.c: the optional JSON file of film facts beside the data. See movies.h.
 *
 * Either an object by outside id, {"1": {"overview": "...", ...}, ...}, or an array of objects that
 * carry their id as movie_id, movieId, item_id or id. What is in an object is kept as it is; the
 * service shows release_date, overview, runtime, vote_average, vote_count, poster_path, imdb_id and
 * tmdb_id. Facts of unknown films are passed over. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dataset/fields.h"
#include "dataset/movies.h"
#include "dataset/source.h"

#define FACTS_BYTES_MAX ((size_t)512 << 20)
#define ID_TEXT_BYTES 32

/* An id as text: a string, or a whole number. */
static const char *id_text(const json_t *value, char buffer[ID_TEXT_BYTES]) {
    if (json_is_string(value))
        return json_string_value(value);
    if (!json_is_integer(value))
        return NULL;
    snprintf(buffer, ID_TEXT_BYTES, "%lld", (long long)json_integer_value(value));
    return buffer;
}

static const char *id_of(const json_t *facts, char buffer[ID_TEXT_BYTES]) {
    static const char *const keys[] = {"movie_id", "movieId", "item_id", "itemId", "id"};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        const char *id = id_text(json_object_get(facts, keys[i]), buffer);
        if (id)
            return id;
    }
    return NULL;
}

static const char *outside_number(struct assembly *assembly, const json_t *facts, const char *key,
                                  const char *present) {
    char buffer[ID_TEXT_BYTES];
    const char *found = id_text(json_object_get(facts, key), buffer);
    if (present || !found)
        return present;
    return arena_copy(assembly->arena, strncmp(found, "tt", 2) == 0 ? found + 2 : found);
}

/* Numbers are numbers, or null where nobody knows. */
static enum status check_facts(const struct volume_member *member, const char *id,
                               const json_t *facts, struct error *error) {
    static const char *const numbers[] = {"runtime", "vote_average", "vote_count"};
    if (!id)
        return error_set(error, STATUS_BAD_INPUT,
                         "%s: a film without an id; expected objects with movie_id, item_id or id",
                         member->shown);
    if (!json_is_object(facts))
        return error_set(error, STATUS_BAD_INPUT,
                         "%s: the facts of film %.40s are no object; expected {\"overview\": ...}",
                         member->shown, id);
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        const json_t *value = json_object_get(facts, numbers[i]);
        if (value && !json_is_number(value) && !json_is_null(value))
            return error_set(error, STATUS_BAD_INPUT,
                             "%s: %s of film %.40s is no number; expected one, or null",
                             member->shown, numbers[i], id);
    }
    return STATUS_OK;
}

static void take_facts(struct assembly *assembly, const char *id, const json_t *facts) {
    uint32_t item = assembly_item(assembly, (struct text_slice){id, strlen(id)}, true);
    char *text = item == DATASET_NONE ? NULL : json_dumps(facts, JSON_COMPACT);
    if (!text)
        return;
    struct movie *movie = assembly_movie(assembly, item);
    movie->facts = arena_copy(assembly->arena, text);
    free(text); /* allocated by jansson, not by alloc.c */
    movie->imdb_id = outside_number(assembly, facts, "imdb_id", movie->imdb_id);
    movie->tmdb_id = outside_number(assembly, facts, "tmdb_id", movie->tmdb_id);
}

static enum status take_all(struct assembly *assembly, const struct volume_member *member,
                            json_t *root, struct error *error) {
    for (void *at = json_object_iter(root); at; at = json_object_iter_next(root, at)) {
        TRY(check_facts(member, json_object_iter_key(at), json_object_iter_value(at), error));
        take_facts(assembly, json_object_iter_key(at), json_object_iter_value(at));
    }
    if (json_is_object(root))
        return STATUS_OK;
    if (!json_is_array(root))
        return error_set(error, STATUS_BAD_INPUT,
                         "%s: expected an object of film facts by id, or an array of them; see "
                         "docs/data.md",
                         member->shown);
    for (size_t i = 0; i < json_array_size(root); i++) {
        char buffer[ID_TEXT_BYTES];
        const json_t *facts = json_array_get(root, i);
        const char *id = id_of(facts, buffer);
        TRY(check_facts(member, id, facts, error));
        take_facts(assembly, id, facts);
    }
    return STATUS_OK;
}

enum status movies_facts_read(struct assembly *assembly, struct error *error) {
    static const char *const names[] = {"facts.json", "movie_facts.json", "movies.json",
                                        "metadata.json", NULL};
    const struct volume_member *member = NULL;
    for (size_t i = 0; names[i] && !member; i++)
        member = volume_find(assembly->volume, names[i]);
    if (!member)
        return STATUS_OK;
    struct arena arena = {0};
    struct text_slice bytes;
    enum status status =
        source_read_all(member, &assembly->digest, FACTS_BYTES_MAX, &arena, &bytes, error);
    json_error_t fault;
    json_t *root = status == STATUS_OK ? json_loadb(bytes.start, bytes.length, 0, &fault) : NULL;
    if (root)
        status = take_all(assembly, member, root, error);
    else if (status == STATUS_OK)
        status = error_set(error, STATUS_BAD_INPUT,
                           "%s:%d: not JSON: %s; repair it or take it "
                           "away (it is optional)",
                           member->shown, fault.line, fault.text);
    json_decref(root);
    arena_release(&arena);
    return status;
}
