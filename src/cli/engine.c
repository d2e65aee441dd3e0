/* engine.c: see engine.h. Checked by tests/cli. */
#include "cli/engine.h"

#include <string.h>

#include "cli/model_folder.h"

#define TITLES_SHOWN 3   /* that may have been meant */
#define SCORE_SHOWN 0.8f /* of the best */

enum status engine_open(struct engine *engine, const char *file, const struct arguments *arguments,
                        struct error *error) {
    *engine = (struct engine){0};
    TRY(model_folder_choose(&engine->path, file, arguments, error));
    TRY(service_create(&engine->service, error));
    TRY(service_load(engine->service, engine->path, NULL, error));
    TRY(service_acquire(engine->service, NULL, &engine->snapshot, error));
    engine->catalogue = service_catalogue(engine->snapshot);
    struct service_model *list;
    if (service_models(engine->service, &list, arguments->arena) > 0)
        engine->model = list[0];
    return STATUS_OK;
}

void engine_close(struct engine *engine) {
    service_release(engine->snapshot);
    service_destroy(engine->service);
}

/* The titles that may have been meant, as words of a sentence; "" if there are none. */
static const char *titles_meant(const struct engine *engine, const char *typed,
                                struct arena *arena) {
    struct title_hit hits[TITLES_SHOWN];
    size_t count = service_find_titles(engine->snapshot, typed, hits, TITLES_SHOWN);
    while (count > 0 && hits[count - 1].score < SCORE_SHOWN * hits[0].score)
        count--;
    const char *text = "";
    for (size_t i = 0; i < count; i++)
        text = arena_format(arena, "%s%s\"%.80s\"", text,
                            i == 0          ? "; did you mean "
                            : i + 1 < count ? ", "
                                            : " or ",
                            engine->catalogue->movies[hits[i].item].title);
    return count > 0 ? arena_format(arena, "%s?", text) : text;
}

static enum status refuse_title(const struct engine *engine, const char *typed,
                                struct error *error) {
    struct arena *scratch = arena_scratch();
    const struct arena_position mark = arena_mark(scratch);
    const char *meant = titles_meant(engine, typed, scratch);
    if (*meant)
        error_set(error, STATUS_NOT_FOUND, "no film has the id or title \"%.64s\"%s", typed, meant);
    else
        error_set(error, STATUS_NOT_FOUND,
                  "no film has the id or title \"%.64s\" among the %u that this model knows", typed,
                  engine->catalogue->items.count);
    arena_reset(scratch, mark);
    return STATUS_NOT_FOUND;
}

enum status engine_item(const struct engine *engine, const char *id_or_title, uint32_t *item,
                        struct error *error) {
    *item = dataset_find_item(engine->catalogue, id_or_title);
    return *item != DATASET_NONE ? STATUS_OK : refuse_title(engine, id_or_title, error);
}

enum status engine_film(const struct engine *engine, const char *typed, uint32_t *item,
                        struct error *error) {
    *item = service_find_film(engine->snapshot, typed);
    return *item != DATASET_NONE ? STATUS_OK : refuse_title(engine, typed, error);
}

static const char *genre_at(void *context, size_t index) {
    const struct dataset *catalogue = context;
    return index < catalogue->genre_count ? catalogue->genres[index] : NULL;
}

static const char *genre_list(const struct dataset *catalogue, struct arena *arena) {
    const char *list = "";
    for (uint32_t g = 0; g < catalogue->genre_count; g++)
        list = arena_format(arena, "%s%s%s", list, g ? ", " : "", catalogue->genres[g]);
    return list;
}

enum status engine_genre(const struct engine *engine, const char *name, uint32_t *genre,
                         struct error *error) {
    *genre = dataset_genre(engine->catalogue, name);
    if (*genre != DATASET_NONE)
        return STATUS_OK;
    const char *nearest = settings_nearest(name, genre_at, (void *)engine->catalogue);
    if (nearest)
        return error_set(error, STATUS_NOT_FOUND,
                         "no genre is called \"%.64s\"; did you mean \"%s\"?", name, nearest);
    if (engine->catalogue->genre_count == 0)
        return error_set(error, STATUS_NOT_FOUND, "no genre is called \"%.64s\"; %s has no genres",
                         name, engine->catalogue->name);
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    error_set(error, STATUS_NOT_FOUND, "no genre is called \"%.64s\"; there are %s", name,
              genre_list(engine->catalogue, scratch));
    arena_reset(scratch, mark);
    return STATUS_NOT_FOUND;
}

/* "Action, Sci-Fi" */
static const char *genres_text(const struct dataset *catalogue, uint32_t item,
                               struct arena *arena) {
    const char *text = "";
    for (uint32_t g = 0; g < catalogue->genre_count; g++)
        if (catalogue->movies[item].genres >> g & 1)
            text = arena_format(arena, "%s%s%s", text, *text ? ", " : "", catalogue->genres[g]);
    return text;
}

void engine_film_row(const struct engine *engine, struct table *table, size_t rank, uint32_t item,
                     const char *score) {
    table_row(table, arena_format(table->arena, "%zu", rank), engine->catalogue->movies[item].title,
              genres_text(engine->catalogue, item, table->arena), score, NULL);
}
