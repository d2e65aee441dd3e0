/* heard.c: see heard.h. Checked by tests/api/test_api.c, test_api_wishes.c, test_api_search.c. */
#include "api/heard.h"

#include <string.h>

#include "api/film.h"
#include "http/json_text.h"
#include "service/service_feedback.h"

json_t *heard_person(const struct service_person *person) {
    if (strncmp(person->id, FEEDBACK_SESSION, sizeof FEEDBACK_SESSION - 1) == 0)
        return json_null();
    return film_outside_id((struct text_slice){person->id, strlen(person->id)});
}

void heard_write_who(struct buffer *out, const struct wanted *wanted) {
    const size_t count = wanted->request.person_count;
    buffer_text(out, "\"user_id\":");
    json_text_value(out, count == 1 ? heard_person(&wanted->people[0]) : json_null());
    if (!wanted->is_list)
        return;
    json_t *ids = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(ids, heard_person(&wanted->people[i]));
    buffer_text(out, ",\"user_ids\":");
    json_text_value(out, ids);
}

void heard_write_text(struct buffer *out, const char *key, const char *text) {
    buffer_text(out, ",\"");
    buffer_text(out, key);
    buffer_text(out, "\":");
    json_text_value(out, text ? film_text(text, strlen(text)) : json_null());
}

void heard_write(struct buffer *out, const struct wanted *wanted,
                 const struct recommend_answer *found) {
    const struct recommend_request *request = &wanted->request;
    heard_write_text(out, "basis", found->basis);
    heard_write_text(out, "tier", found->tier);
    if (found->popularity > 0) {
        buffer_text(out, ",\"popularity_share\":");
        json_text_real(out, (double)found->popularity);
    }
    if (request->person_count > 1)
        heard_write_text(out, "group", group_name(request->group));
    if (request->context.is_given)
        heard_write_text(out, "context", found->context);
    if (found->pool == 0)
        return;
    buffer_text(out, ",\"diversity\":");
    json_text_value(out, json_pack("{s:s, s:f, s:I, s:f}", "method",
                                   diversity_name(request->diversity_method), "amount",
                                   request->diversity, "pool", (json_int_t)found->pool,
                                   "relevance_kept", found->kept));
}

void heard_write_next(struct buffer *out, const struct snapshot *snapshot,
                      const struct wanted *wanted, const struct recommend_answer *found) {
    const size_t place = wanted->request.offset + found->count;
    heard_write_text(out, "next",
                     found->has_more ? service_cursor(snapshot, place, wanted->arena) : NULL);
}

json_t *heard_people(const struct recommend_request *wanted, const float *scores) {
    json_t *list = json_array();
    for (size_t i = 0; i < wanted->person_count; i++)
        json_array_append_new(list,
                              json_pack("{s:o, s:f}", "user_id", heard_person(&wanted->people[i]),
                                        "score", (double)scores[i]));
    return list;
}
