/* service_search.h: films for a wish in plain words, for a person or for anybody.
 *
 * How a wish is read is intent/'s (intent.h): this joins it with the served model and with the
 * films. Every film that the words allow is compared with the wish; the candidate_pool nearest are
 * ordered by what follows. Of a wish that is little else than a likeness ("like Toy Story but
 * darker") the model's neighbours of the films that are named are candidates first.
 *
 *     score = base + genre_alpha * sum of the weights of its genres + pop_alpha * popularity
 *           + embed_alpha * cosine with the wish + known_alpha * how well known it is
 *           + text_alpha * words in common (TF-IDF) + tag_alpha * tags typed
 *           + like_alpha * neighbours of the films that are named
 *
 * base and like are the model's scores for the person, who wishes for this where the model takes a
 * wish (NeuMF's intent tower) and was trained with vectors of the same encoder, and for somebody
 * who likes just the films that are named, mapped to 0 ... 1 over the candidates; base is 0 without
 * a person: popularity has a term of its own. Popularity is count / greatest count, how well known
 * log(1 + count) / log(1 + greatest).
 *
 * Whatever a list without a wish hears is heard here too, by the same functions: several people,
 * whose bases become one, popularity's say where few ratings are known (service_tier.c), filters,
 * genres wanted softly (+0.20) or strictly, preferences, films shown of late, hour and device,
 * which make other films popular for who is not known, diversity, pages. */
#ifndef MATINEE_SERVICE_SERVICE_SEARCH_H
#define MATINEE_SERVICE_SERVICE_SEARCH_H

#include <stdatomic.h>

#include "intent/intent.h"
#include "service/service.h"

#define SEARCH_TEXT_MAX 16384 /* bytes of a wish */
#define SEARCH_ALPHA_MAX 100
#define SEARCH_UNSAID (-1.0) /* an alpha or pool of the values */

struct search_request {
    const char *text; /* any bytes; what is no UTF-8, and control characters, count as spaces */
    size_t length;
    struct recommend_request asked; /* all that is asked beside the wish: for whom, which films */
    double genre_alpha, pop_alpha, embed_alpha; /* SEARCH_UNSAID, or 0 ... SEARCH_ALPHA_MAX */
    double candidate_pool;                      /* SEARCH_UNSAID, or how many; 0: all films */
    bool strict; /* only films of the wish's strongest genres: of any, of all for a sure sad or
                    romantic wish; asked.strict is of asked.genres */
    const char *const *removed; /* labels of chips that the person has taken back */
    size_t removed_count;       /* at most RULES_CHIPS_MAX */
};

/* The terms of a film's score, each with its weight. */
enum search_part {
    SEARCH_BASE,
    SEARCH_GENRES,
    SEARCH_POPULARITY,
    SEARCH_COSINE,
    SEARCH_KNOWN,
    SEARCH_TEXT,
    SEARCH_TAGS,
    SEARCH_LIKE,
    SEARCH_SHOWN, /* below 0 where it was shown of late */
    SEARCH_PARTS
};
const char *service_search_part(enum search_part part); /* "base", "genres", ... */

/* Everything lives in the arena of the call. */
struct search_answer {
    struct recommend_answer told; /* as of a list without a wish; basis: "known user", "ratings
                                     given", "several people", "the wish alone" */
    float (*parts)[SEARCH_PARTS]; /* [told.count] they sum to the score */
    struct rules_found rules;
    struct wish wish; /* with the alphas that counted */
    const char *text; /* the wish with spaces for what is no text; chips are places in it */
    const char *encoder;
    size_t candidate_count; /* among how many films was chosen */
};

/* The encoder to search with, before anybody does; `sources` are files and key=value pairs over the
 * built-in values (config/intent.yaml). Without this call, the first search takes what there is.
 * Errors: those of encoder_open and intent_values_read. */
enum status service_search_open(struct service *service, const struct encoder_options *options,
                                const char *const *sources, size_t source_count,
                                struct error *error);
/* The encoder's name; NULL: none is open yet. */
const char *service_search_encoder(struct service *service);
/* Says that service_search_prepare will be called: until it is done searches are refused. */
void service_search_expect(const struct snapshot *snapshot);
/* Makes what a search of this snapshot needs now rather than with the first one, which the first
 * time for a catalogue may take a minute; until then searches are refused (STATUS_LIMIT). Errors:
 * no encoder; *cancel was set (NULL: nobody does). */
enum status service_search_prepare(struct service *service, const struct snapshot *snapshot,
                                   const atomic_bool *cancel, struct error *error);
/* The same before `next` takes the place of the model of a name, if that one can be searched: so
 * searches go on. */
enum status service_search_follow(struct service *service, const char *name,
                                  const struct snapshot *next, const atomic_bool *cancel,
                                  struct error *error);

/* Films that the person has are not shown, unless the wish asks for them. A film whose title is the
 * whole wish comes first. Of a pool that holds too few for the list all films are ranked instead;
 * pages that go on behind it are of what it does not have. Errors: nothing but spaces or too long a
 * text (STATUS_BAD_INPUT), an unknown user or film (STATUS_NOT_FOUND), top_k, an alpha, a pool or
 * the number of chips out of range (STATUS_BAD_USAGE), the films are being read (STATUS_LIMIT), no
 * encoder (STATUS_IO). */
enum status service_search(struct service *service, const struct snapshot *snapshot,
                           const struct search_request *request, struct arena *arena,
                           struct search_answer *answer, struct error *error);

#endif
