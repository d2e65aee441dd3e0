/* gorse.h: what the routes below /gorse/api share. They speak as Gorse 0.4 and 0.5 do, so that its
 * clients can be pointed at http://HOST:PORT/gorse: ids are texts, members begin with a capital,
 * lists go page by page with n and an opaque cursor.
 *
 * Known types of feedback are read as follows, any other as "seen":
 *   rating            its Value, on the scale of the data
 *   like star love favorite purchase buy share      as good as the best rating
 *   dislike           as bad as the worst
 *   view read watch seen play listen                seen
 *   click, impression                               kept, but says nothing
 * What was sent is given back as it was. */
#ifndef MATINEE_API_GORSE_H
#define MATINEE_API_GORSE_H

#include <jansson.h>

#include "api/api_internal.h"
#include "service/service_feedback.h"

#define GORSE_N 10
#define GORSE_N_MAX 1000

/* A page of a list of two parts, first the model's, by number, then the store's, by id. */
struct gorse_page {
    size_t n;
    bool in_store;              /* the second part */
    uint32_t number;            /* of the next of the first part */
    const char *after;          /* id before the next of the second part */
    const struct id_map *known; /* the first part */
    json_t *list;               /* what is on it so far */
    struct arena *arena;
};
/* Of `n` and `cursor` of the query; false: it has answered. */
bool gorse_page_read(struct gorse_page *page, struct parameters *parameters,
                     struct response *response);
/* The cursor of the page that follows; "" at the end. */
const char *gorse_page_next(const struct gorse_page *page, bool is_end);
/* Where what stands on a page comes from. */
struct gorse_source {
    /* The entry of an id of the first part; NULL: none, which is no failure if it returns OK. */
    enum status (*one)(void *context, const char *id, json_t **entry, struct error *error);
    /* Of the second part those whose ids come after, at most `limit`, each by gorse_page_add. */
    enum status (*more)(void *context, const char *after, size_t limit, struct error *error);
    void *context;
};
/* Fills the page and answers {"Cursor", NAME: [...]}. */
void gorse_page_answer(struct gorse_page *page, const struct gorse_source *source, const char *name,
                       const struct request *request, struct response *response);
/* Whether an id of the second part is to be put on the list: those of the first were there. */
bool gorse_page_adds(struct gorse_page *page, const char *id);
/* {"Cursor", NAME: list}; takes the list. */
void gorse_page_send(const char *cursor, const char *name, json_t *list,
                     const struct request *request, struct response *response);

/* The store; false: it has answered. */
bool gorse_store(const struct api_context *api, const struct request *request,
                 struct response *response, struct feedback **store);
/* {"RowAffected": count} */
json_t *gorse_success(size_t count);
/* The value of a member as a text; NULL: not there or none. Numbers are texts too. */
const char *gorse_text(const json_t *object, const char *key, struct arena *arena);
/* "2022-02-24", "2022-02-24T10:00:00Z"; absent is now. False: no such time. */
bool gorse_time_read(const char *text, int64_t *time);
/* Back again; a fraction is not kept. */
const char *gorse_time(int64_t seconds, struct arena *arena);
/* One feedback; what is wrong with it, NULL: nothing. Texts are the record's or the arena's. */
const char *gorse_read_feedback(const json_t *record, struct arena *arena,
                                struct feedback_event *event);
/* [{"Id", "Score"}] */
void gorse_add_score(json_t *list, struct text_slice id, double score);

#endif
