/* wanted.h: what a request for recommendations asks, from its parameters: for whom, among which
 * films, how. */
#ifndef MATINEE_API_WANTED_H
#define MATINEE_API_WANTED_H

#include "api/api_internal.h"
#include "api/bare_history.h"
#include "api/filters.h"
#include "service/ab_test.h"
#include "service/service_person.h"

/* The rows of a table of parameters that all lists for people share. */
/* clang-format off */
#define WANTED_PARAMETERS \
    {"genre", "[text]", NULL, "films of any of these genres", 0, 0, 0, NULL}, \
        {"strict", "flag", "true", "only films of the genres; else they come first", \
         0,        0,      0,      NULL}, \
        FILTERS_PARAMETERS, FILTERS_SEEN, \
        {"group", "text", "mean", "how several people's scores become one", \
         0,       0,      0,      "mean|least_misery"}, \
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
        {"demote_shown", "flag", "false", "films shown of late come later", 0, 0, 0, NULL}, \
        {"hour", "integer", NULL, "of the day, in UTC", 0, 23, 0, NULL}, \
        {"device", "text", NULL, "what the films will be watched on", 0, 0, 0, NULL}, \
        {"cursor", "text", NULL, "`next` of the page before", 0, 0, 0, NULL}, { \
        "explain", "flag", "false", "with reasons", 0, 0, 0, NULL \
    }

struct wanted {
    struct recommend_request request;
    struct service_person people[SERVICE_PEOPLE_MAX];
    const char *ids[SERVICE_PEOPLE_MAX]; /* as they came; request.person_count of them */
    const char *text;                    /* a wish in words beside; NULL: none */
    const char *session;                 /* in place of a person; NULL: none */
    bool is_list;                        /* several people were named */
    bool library, demote_shown;          /* what the store is asked for */
    struct ab_test_assignment *arms; /* in the running experiments */
    size_t arm_count;
};

/* Everything that needs no catalogue. One person, who did not say which model is to answer, is put
 * into the running experiments: what their arms set stands in place of what was asked. Problems are
 * left with the parameters. */
void wanted_read(struct wanted *wanted, const struct api_context *api,
                 struct parameters *parameters);
/* The model that an arm wants; NULL: none does. */
const char *wanted_model(const struct wanted *wanted);
/* The rest, in the catalogue of a snapshot. False: it has answered. */
bool wanted_find(struct wanted *wanted, const struct api_context *api,
                 const struct snapshot *snapshot, struct parameters *parameters,
                 struct response *response);

#endif
