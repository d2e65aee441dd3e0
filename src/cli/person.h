/* person.h: who asks and what for: the options of `matinee recommend` as a recommend_request. */
#ifndef MATINEE_CLI_PERSON_H
#define MATINEE_CLI_PERSON_H

#include "base/error.h"
#include "cli/command.h"
#include "cli/engine.h"
#include "service/service.h"
#include "service/service_person.h"

/* A row of the tables of options. */
#define TIERS_OPTION                                                                               \
    {                                                                                              \
        {"--tiers", SETTING_BOOL,                                                                  \
         "true",    0,                                                                             \
         0,         NULL,                                                                          \
         NULL,      "popularity has a say for who has rated fewer than 10 films"},                 \
            NULL, NULL, WORD_NONE                                                                  \
    }

struct person {
    struct service_person who;        /* whom request.people points to, if anybody is known */
    struct recommend_request request; /* arrays live in the arguments' arena */
    const char *label;                /* "user 1", "somebody who likes Action (5)" */
    size_t history_count;             /* films the answer starts from */
};

/* Reads --user, --ratings, --prefer, --genre, --exclude-genre, --exclude, --strict, --diversity,
 * --explain, --top-k, --tiers. Errors: an unknown user, film or genre (STATUS_NOT_FOUND, names the
 * nearest), a ratings file that is not "film,rating" lines (STATUS_BAD_INPUT, with its line),
 * contradictory options (STATUS_BAD_USAGE). */
enum status person_read(struct person *person, const struct arguments *arguments,
                        const struct engine *engine, struct error *error);
/* The same without a person: only what is wished and how many. */
enum status person_read_wishes(struct person *person, const struct arguments *arguments,
                               const struct engine *engine, struct error *error);

#endif
