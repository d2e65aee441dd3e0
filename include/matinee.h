/* matinee.h: movie recommendations from C (and what can call C).
 *
 * Open a model file that `matinee train` has written, then ask it:
 *
 *     matinee *m;
 *     if (matinee_open(&m, "ease.safetensors") != MATINEE_OK)
 *         fail(matinee_last_error());
 *     matinee_film films[10];
 *     ptrdiff_t count = matinee_recommend(m, "1", films, 10);
 *     for (ptrdiff_t i = 0; i < count; i++)
 *         printf("%s  %.3f\n", films[i].title, films[i].score);
 *     matinee_close(m);
 *
 * Build with `cc program.c $(pkg-config --cflags --libs matinee)`.
 *
 * Threads    A matinee is immutable after matinee_open: any number of threads may ask it at the
 *            same time. matinee_close must come after the last of them. The text of an error
 *            belongs to the thread that got it.
 * Memory     What a function hands out as text is borrowed from the matinee and lives until
 *            matinee_close; arrays are the caller's. A matinee keeps its file mapped.
 * Errors     Functions that return matinee_status return MATINEE_OK (0) or what went wrong; those
 *            that return a count return it negated. matinee_last_error() has one sentence for it,
 *            fit to print. On an error nothing the caller passed has been changed.
 * Ids        of people and films are the texts that the data set uses: "1", "tt0111161".
 * Versions   Within one major version functions and constants are added, never changed.
 *            Structures do not grow. */
#ifndef MATINEE_H
#define MATINEE_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define MATINEE_API __attribute__((visibility("default")))
#else
#define MATINEE_API
#endif

#define MATINEE_VERSION_MAJOR 0
#define MATINEE_VERSION_MINOR 1
#define MATINEE_VERSION_PATCH 0

typedef enum matinee_status {
    MATINEE_OK = 0,
    MATINEE_BAD_FILE = 1,     /* not a model file, cut short, or of another version */
    MATINEE_NOT_FOUND = 2,    /* no such file, person or film; or the model does not offer it */
    MATINEE_IO = 3,           /* the system refused */
    MATINEE_LIMIT = 4,        /* more than memory or a stated limit allows */
    MATINEE_BAD_ARGUMENT = 5, /* a NULL where none may be, a number out of range */
} matinee_status;

/* The most films that one call lists. */
#define MATINEE_FILMS_MAX 1000

/* A model that has been opened. */
typedef struct matinee matinee;

/* The version of the library that runs, "0.1.0"; the macros above are those it was compiled with.
 */
MATINEE_API const char *matinee_version(void);

/* One sentence about the last error in this thread, "" if there was none. It lives until the next
 * call of this thread. */
MATINEE_API const char *matinee_last_error(void);

/* Opens the model file at `path`. On MATINEE_OK *out is a new matinee for matinee_close, on any
 * error *out is NULL. Takes milliseconds: the file is mapped, not read. */
MATINEE_API matinee_status matinee_open(matinee **out, const char *path);

/* Frees it; NULL is fine. */
MATINEE_API void matinee_close(matinee *m);

/* "ease", "neumf", ... */
MATINEE_API const char *matinee_model_name(const matinee *m);
MATINEE_API size_t matinee_user_count(const matinee *m);
MATINEE_API size_t matinee_film_count(const matinee *m);

/* A film of a list. */
typedef struct matinee_film {
    const char *id;    /* the data set's */
    const char *title; /* as published, "Heat (1995)"; the id where there is none */
    int year;          /* 0: not known */
    float score;       /* for recommendations a rating if the model predicts ratings, else 0 to 1;
                          for similar films how alike they are */
} matinee_film;

/* A film that a person has rated. */
typedef struct matinee_rating {
    const char *id;
    float rating; /* on the data set's scale; any number where it has no ratings */
} matinee_rating;

/* The films that suit a known person best, best first, into films[capacity]; none that the person
 * has already. Returns how many: `capacity` whenever so many are left.
 * capacity  1 to MATINEE_FILMS_MAX
 * Errors    -MATINEE_NOT_FOUND: nobody has this id; -MATINEE_BAD_ARGUMENT */
MATINEE_API ptrdiff_t matinee_recommend(const matinee *m, const char *user_id, matinee_film *films,
                                        size_t capacity);

/* The same for somebody the model has never seen, from ratings alone (folding in): nothing is
 * trained and nothing is kept. With count 0: what is popular. A film rated twice counts with its
 * last rating; order matters to models that are aware of it, oldest first.
 * Errors    -MATINEE_NOT_FOUND: a film that is not in the catalogue; -MATINEE_BAD_ARGUMENT */
MATINEE_API ptrdiff_t matinee_recommend_for(const matinee *m, const matinee_rating *ratings,
                                            size_t count, matinee_film *films, size_t capacity);

/* The films most like one, nearest first, without itself. Their score is 1 / (1 + distance) where
 * the model has vectors, its own similarity where it compares films (then only those that it
 * relates to this one), else the score of somebody who has seen only this film. Errors    as
 * matinee_recommend, for the film; -MATINEE_NOT_FOUND: a model that cannot tell */
MATINEE_API ptrdiff_t matinee_similar(const matinee *m, const char *film_id, matinee_film *films,
                                      size_t capacity);

/* What is known of one film; its score is 0. Errors: MATINEE_NOT_FOUND. */
MATINEE_API matinee_status matinee_film_facts(const matinee *m, const char *film_id,
                                              matinee_film *film);

/* Folds ratings into the model's space: the vector that stands for somebody with this past, into
 * vector[capacity]. Returns its dimension; with a smaller capacity nothing is written, so that a
 * first call with NULL and 0 asks for the room.
 * Errors    -MATINEE_NOT_FOUND: the model has no vectors, or a film is not in the catalogue */
MATINEE_API ptrdiff_t matinee_fold_in(const matinee *m, const matinee_rating *ratings, size_t count,
                                      float *vector, size_t capacity);

#ifdef __cplusplus
}
#endif

#endif
