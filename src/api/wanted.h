/* wanted.h: what a request for recommendations asks, from its parameters: for whom, among which
 * films, how. Every list reads it so, with a wish in words and without, as a bare array and with
 * all that is to be said of it: what one of them takes, all do. */
#ifndef MATINEE_API_WANTED_H
#define MATINEE_API_WANTED_H

#include "api/api_internal.h"
#include "api/bare_history.h"
#include "api/filters.h"
#include "service/ab_test.h"
#include "service/service_person.h"

/* The rows of a table of parameters that all lists for people share, but for `genre` and `strict`,
 * of which each says what they mean to it. */
/* clang-format off */
#define WANTED_LIST_PARAMETERS \
    FILTERS_PARAMETERS, FILTERS_SEEN, \
        {"diversity", "number", "0", "how much variety counts", 0, 1, 0, NULL}, \
        {"diversity_method", \
         "text", \
         "mmr", \
         "variety of what kind", \
         0, \
         0, \
         0, \
         DIVERSITY_CHOICES}, \
        {"library", "flag", "false", "only films of the library", 0, 0, 0, NULL}, \
        {"tiers", "flag", NULL, "popularity has a say below 10 ratings", 0, 0, 0, NULL}, \
        {"prefer", "{*: number}", NULL, "genres, 1 (rather not) to 5; also genres", 0, 0, \
         ROUTE_BODY_ONLY, NULL}, { \
        "explain", "flag", "false", "with reasons", 0, 0, 0, NULL \
    }
/* Of those that are one list, for one person or for several. */
#define WANTED_PARAMETERS \
    WANTED_LIST_PARAMETERS, \
        {"session_id", "text", NULL, "an anonymous session in place of a person", 0, 0, 0, NULL}, \
        {"group", "text", "mean", "how several people's scores become one", \
         0,       0,      0,      "mean|least_misery"}, \
        {"demote_shown", "flag", "false", "films shown of late come later", 0, 0, 0, NULL}, \
        {"hour", "integer", NULL, "of the day, in UTC", 0, 23, 0, NULL}, \
        {"device", "text", NULL, "what the films will be watched on", 0, 0, 0, NULL}, { \
        "cursor", "text", NULL, "`next` of the page before", 0, 0, 0, NULL \
    }
#define WANTED_USER(flags) \
    { \
        "user_id", "any", NULL, "for whom; several people: 1,7 or a list", 0, 0, flags, NULL \
    }

struct wanted {
    struct arena *arena; /* the request's */
    struct recommend_request request;
    struct service_person people[SERVICE_PEOPLE_MAX];
    const char *ids[SERVICE_PEOPLE_MAX]; /* of those; request.person_count of them */
    const char *const *given;            /* [given_count] ids as they came */
    size_t given_count;
    const char *text;                    /* a wish in words beside; NULL: none */
    const char *session;                 /* in place of a person; NULL: none */
    bool needs_person; /* a request that names nobody is refused: the caller's to say */
    bool is_list;      /* several people were named */
    bool library, demote_shown;          /* what the store is asked for */
    struct ab_test_assignment *arms; /* in the running experiments */
    size_t arm_count;
};

/* Everything that needs no catalogue. Problems are left with the parameters. */
void wanted_read(struct wanted *wanted, const struct api_context *api,
                 struct parameters *parameters);
/* What of it is not about people: for lists of many. */
void wanted_read_list(struct wanted *wanted, const struct api_context *api,
                      struct parameters *parameters);
/* The same; one person, who did not say which model is to answer, is put into the running
 * experiments: what their arms set stands in place of what was asked. */
void wanted_read_assigned(struct wanted *wanted, const struct api_context *api,
                          struct parameters *parameters);
/* The model that an arm wants; NULL: none does. */
const char *wanted_model(const struct wanted *wanted);
/* The rest, in the catalogue of a snapshot. False: it has answered. */
bool wanted_find(struct wanted *wanted, const struct api_context *api,
                 const struct snapshot *snapshot, struct parameters *parameters,
                 struct response *response);
/* What of that is not about people. */
bool wanted_find_films(struct wanted *wanted, const struct api_context *api,
                       const struct snapshot *snapshot, struct parameters *parameters,
                       struct response *response);

#endif
