/* bench_search.h: how well wishes find films, measured with the tags that people gave. */
#ifndef MATINEE_CLI_BENCH_SEARCH_H
#define MATINEE_CLI_BENCH_SEARCH_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "dataset/dataset.h"
#include "service/words.h"

/* What is held against each other. */
enum bench_ranker {
    BENCH_ENCODER,  /* cosine of the words alone */
    BENCH_TFIDF,    /* words in common alone */
    BENCH_CHAIN,    /* the whole chain, for nobody in particular */
    BENCH_PERSONAL, /* the same with the person's history; personal wishes only */
    BENCH_RANKERS
};

struct bench_options {
    bool is_personal;         /* (person, held-out film, its tag), else (film, its tag) */
    bool is_test;             /* the half that is read once, else the half to choose values on */
    const char *model;        /* whose scores are the person's */
    const char *const *pairs; /* "key=value": settings of the model */
    size_t pair_count;
    size_t cases_most; /* a sample of so many; 0: all */
    uint64_t seed;
};

/* The rank of the film of each case, 1 is the best; ties count against it. */
struct bench_ranks {
    size_t count;
    float *ranks[BENCH_RANKERS]; /* [count] each; NULL: not measured */
};

/* Of each case the film's tag is left out of what is known of it, the tag is the wish, and all
 * films are ranked, but for those that have the tag as well (they are right answers too) and, for a
 * personal wish, those that the person has. Memory of the arena. Errors: no tags, no ratings, a
 * model that is not there. */
enum status bench_search_run(const struct dataset *data, const struct words *words,
                             const struct bench_options *options, struct arena *arena,
                             struct bench_ranks *ranks, struct error *error);

#endif
