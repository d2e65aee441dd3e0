/* service_why.h: everything that can be said of why a film has the score that it has for somebody:
 * the films of his past, the genres, how popular it is, what a model's parts say. */
#ifndef MATINEE_SERVICE_SERVICE_WHY_H
#define MATINEE_SERVICE_SERVICE_WHY_H

#include "service/service.h"

/* How the rows' shares were found. */
enum why_method {
    WHY_NOTHING,    /* nobody is asked for, or the model says nothing of taste */
    WHY_EXACT,      /* the model's own sum */
    WHY_INTEGRATED, /* integrated gradients: within 1 % of it */
    WHY_COMPARED    /* what the model says of single films; the largest alone, and parts of 1 */
};
const char *service_why_method(enum why_method method); /* "exact" */

struct why_row {
    uint32_t item;
    float rating; /* NaN: there are no ratings */
    float amount; /* of the raw score; WHY_COMPARED: 0 */
    float share;  /* of what speaks for the film, 0 ... 1; 0 for what speaks against it */
};
struct why_genre {
    uint32_t genre;     /* one of the film's */
    size_t films;       /* of the past that are of it */
    size_t liked;       /* of these */
    double mean_rating; /* NaN: none, or there are no ratings */
};
struct why_answer {
    const char *basis; /* as struct recommend_answer */
    float score, raw;  /* as in a list; the model's own (popularity: how many have it) */
    enum why_method method;
    float base;           /* raw less the rows' amounts */
    struct why_row *rows; /* [row_count] of the past, those that speak most for it first */
    size_t row_count;
    const struct film_part *parts; /* [part_count] of a model that is made of others */
    size_t part_count;
    struct why_genre *genres; /* [genre_count] */
    size_t genre_count;
    uint32_t people;  /* who have it */
    float popularity; /* 0 ... 1: see struct film_fame */
    const struct film_remark *notes;
    size_t note_count;
    const char *sentence; /* all in one */
};

/* Of the request people or ratings and genre_preference count. Errors: as service_recommend; an
 * item out of range (STATUS_NOT_FOUND). */
enum status service_why(const struct snapshot *snapshot, const struct recommend_request *request,
                        uint32_t item, struct arena *arena, struct why_answer *answer,
                        struct error *error);

#endif
