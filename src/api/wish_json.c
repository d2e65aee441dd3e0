/* wish_json.c: see wish_json.h. Checked by tests/api/test_api_search.c. */
#include "api/wish_json.h"

#include <string.h>

#include "api/explain.h"
#include "api/film.h"

static const char *kind_name(enum chip_kind kind) {
    static const char *const names[] = {
        [CHIP_GENRE] = "genre",     [CHIP_EXCLUDED_GENRE] = "excluded_genre",
        [CHIP_TAG] = "tag",         [CHIP_EXCLUDED_TAG] = "excluded_tag",
        [CHIP_WITHOUT] = "without", [CHIP_MORE] = "more",
        [CHIP_LESS] = "less",       [CHIP_YEARS] = "years",
        [CHIP_FILM] = "like",       [CHIP_TITLE] = "title",
        [CHIP_UNLIKE] = "unlike",   [CHIP_MINUTES] = "minutes",
        [CHIP_UNSEEN] = "unseen",   [CHIP_SEEN] = "seen"};
    return names[kind];
}

static json_t *chips_json(const char *text, const struct rules_found *rules) {
    json_t *list = json_array();
    for (size_t i = 0; i < rules->chip_count; i++) {
        const struct chip *chip = &rules->chips[i];
        json_array_append_new(
            list, json_pack("{s:s, s:o, s:o, s:I, s:I}", "kind", kind_name(chip->kind), "label",
                            film_text(chip->label, strlen(chip->label)), "words",
                            film_text(text + chip->begin, chip->end - chip->begin), "begin",
                            (json_int_t)chip->begin, "end", (json_int_t)chip->end));
    }
    return list;
}

static json_t *moods_json(const float scores[AFFECT_COUNT]) {
    json_t *object = json_object();
    for (size_t a = 0; a < AFFECT_COUNT; a++)
        json_object_set_new(object, intent_values_affect_name((enum affect)a),
                            json_real((double)scores[a]));
    return object;
}

/* {"Comedy": 0.6}: those that are not 0. */
static json_t *genres_json(const struct dataset *catalogue, const float *values) {
    json_t *object = json_object();
    for (uint32_t g = 0; g < catalogue->genre_count; g++)
        if (values[g] != 0)
            json_object_set_new(object, film_genre(catalogue, g), json_real((double)values[g]));
    return object;
}

static json_t *genre_list(const struct dataset *catalogue, const uint32_t *genres, size_t count) {
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++) {
        const char *name = film_genre(catalogue, genres[i]);
        json_array_append_new(list, film_text(name, strlen(name)));
    }
    return list;
}

static json_t *year_json(int year) { return year ? json_integer(year) : json_null(); }

static json_t *steering_json(const struct dataset *catalogue, const struct wish *wish) {
    if (wish->is_blank)
        return json_null();
    return json_pack("{s:s, s:o, s:o, s:o, s:f, s:f}", "mood",
                     intent_values_affect_name(wish->steering_mood), "moods",
                     moods_json(wish->unsteered), "towards",
                     genre_list(catalogue, wish->nearest, wish->nearest_count), "away_from",
                     genre_list(catalogue, wish->farthest, wish->farthest_count), "alpha_pos",
                     (double)wish->alpha_pos, "alpha_neg", (double)wish->alpha_neg);
}

static json_t *alphas_json(const struct intent_alphas *alphas) {
    return json_pack("{s:f, s:f, s:f, s:f, s:f, s:f, s:f, s:I}", "genre_alpha", alphas->genre,
                     "pop_alpha", alphas->popularity, "embed_alpha", alphas->embed, "known_alpha",
                     alphas->known, "text_alpha", alphas->text, "tag_alpha", alphas->tag,
                     "like_alpha", alphas->like, "candidate_pool", (json_int_t)alphas->pool);
}

json_t *wish_json_intent(const struct dataset *catalogue, const struct search_answer *answer) {
    const struct wish *wish = &answer->wish;
    const struct rules_found *rules = &answer->rules;
    json_t *object = json_object();
    json_object_set_new(object, "text", film_text(rules->rest, strlen(rules->rest)));
    json_object_set_new(object, "chips", chips_json(answer->text, rules));
    json_t *notices = json_array();
    for (size_t i = 0; i < rules->notice_count; i++)
        json_array_append_new(notices, film_text(rules->notices[i], strlen(rules->notices[i])));
    json_object_set_new(object, "notices", notices);
    json_object_set_new(object, "mood",
                        wish->moods[wish->mood] > 0
                            ? json_string(intent_values_affect_name(wish->mood))
                            : json_null());
    json_object_set_new(object, "sure", json_boolean(wish->is_sure));
    json_object_set_new(object, "moods", moods_json(wish->moods));
    json_object_set_new(object, "steering", steering_json(catalogue, wish));
    json_object_set_new(object, "genre_weights", genres_json(catalogue, wish->weights));
    json_object_set_new(object, "genre_similarity", genres_json(catalogue, wish->similarity));
    json_object_set_new(object, "genre_priors", genres_json(catalogue, wish->prior));
    json_object_set_new(object, "strongest", film_genres(catalogue, wish->strongest));
    json_object_set_new(object, "years",
                        json_pack("{s:o, s:o}", "first", year_json(rules->first_year), "last",
                                  year_json(rules->last_year)));
    json_object_set_new(object, "alphas", alphas_json(&wish->alphas));
    return object;
}

json_t *wish_json_films(const struct dataset *catalogue, const struct search_answer *answer) {
    json_t *list = json_array();
    for (size_t i = 0; i < answer->told.count; i++) {
        const struct recommendation *film = &answer->told.list[i];
        json_t *object = json_object(), *parts = json_object();
        json_object_set_new(object, "item_id", film_id(&catalogue->items, film->item));
        json_object_set_new(object, "encoded_id", json_integer(film->item));
        film_describe(object, catalogue, film->item);
        json_object_set_new(object, "score", json_real((double)film->score));
        for (size_t p = 0; p < SEARCH_PARTS; p++)
            json_object_set_new(parts, service_search_part((enum search_part)p),
                                json_real((double)answer->parts[i][p]));
        json_object_set_new(object, "parts", parts);
        if (film->why)
            explain_film(object, catalogue, film);
        json_array_append_new(list, object);
    }
    return list;
}
