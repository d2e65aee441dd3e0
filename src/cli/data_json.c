/* data_json.c: see data_json.h. Checked by tests/cli. */
#include "cli/data_json.h"

#include <math.h>

#include "cli/json.h"
#include "dataset/catalogue.h"

json_t *data_json_list(struct arena *arena) {
    json_t *list = json_array();
    if (dataset_has_builtin())
        json_array_append_new(list, json_pack("{s:s, s:s, s:s}", "name", "built-in", "title",
                                              "MovieLens latest-small", "place", "built-in"));
    const struct catalogue_entry *entry;
    for (size_t i = 0; (entry = catalogue_at(i)); i++)
        json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s, s:I, s:s?}", "name",
                                              entry->name, "title", entry->title, "facts",
                                              entry->facts, "licence", entry->licence,
                                              "download_bytes", (json_int_t)catalogue_size(entry),
                                              "place", catalogue_locate(entry->name, arena)));
    return json_pack("{s:o}", "data", list);
}

static json_t *number(double value) { return isnan(value) ? json_null() : json_real(value); }

static json_t *count(size_t value) { return json_integer((json_int_t)value); }

static json_t *values_json(const struct summary *summary) {
    json_t *values = json_array();
    for (size_t i = 0; i < summary->rating_value_count; i++)
        json_array_append_new(values, json_pack("{s:f, s:o}", "value",
                                                (double)summary->rating_values[i].value, "count",
                                                count(summary->rating_values[i].count)));
    return values;
}

static json_t *genres_json(const struct summary *summary) {
    json_t *genres = json_array();
    for (size_t i = 0; i < summary->genre_count; i++) {
        const struct summary_genre *genre = &summary->genres[i];
        json_array_append_new(genres,
                              json_pack("{s:s, s:o, s:o, s:o}", "name", genre->name, "films",
                                        count(genre->films), "ratings", count(genre->ratings),
                                        "mean_rating", number(genre->mean_rating)));
    }
    return genres;
}

static json_t *top_json(const struct dataset *dataset, const struct summary *summary) {
    json_t *top = json_array();
    for (size_t i = 0; i < summary->top_count; i++) {
        json_t *film = json_film(dataset, summary->top[i].item);
        json_object_set_new(film, "ratings", count(summary->top[i].ratings));
        json_object_set_new(film, "mean_rating", number(summary->top[i].mean_rating));
        json_array_append_new(top, film);
    }
    return top;
}

json_t *data_json_summary(const struct dataset *dataset, const struct summary *summary) {
    json_t *object = json_pack(
        "{s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:f, s:f, s:o}", "name", dataset->name, "source",
        dataset->source, "reader", dataset->reader, "users", count(summary->users), "films",
        count(summary->items), "rated_films", count(summary->rated_items), "ratings",
        count(summary->interactions), "density", summary->density, "sparsity", summary->sparsity,
        "mean_rating", number(summary->mean_rating));
    json_object_set_new(object, "duplicates", count(dataset->duplicate_count));
    json_object_set_new(object, "tag_applications", count(summary->tag_applications));
    json_object_set_new(object, "test_interactions", count(summary->test_interactions));
    json_object_set_new(object, "candidates_per_user", count(summary->candidates_per_user));
    json_object_set_new(object, "folds", count(summary->fold_count));
    json_object_set_new(object, "rating_values", values_json(summary));
    json_object_set_new(object, "genres", genres_json(summary));
    json_object_set_new(object, "top", top_json(dataset, summary));
    return object;
}
