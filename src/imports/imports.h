/* imports.h: what other programs write of the films that somebody has seen, rated or owns.
 *
 * Read are, each recognised by what it says and not by its name:
 *   Letterboxd   ratings.csv, watched.csv, diary.csv, likes/films.csv, or the whole zip
 *   IMDb         ratings.csv, and lists that have ratings
 *   Trakt        JSON of ratings, history, watched, collection
 *   Jellyfin, Emby, Plex, Kodi   libraries as JSON or XML, NFO files
 *   Matinee      its own export, JSON lines or CSV
 * in a file, gzip, a zip, tar or folder of such files. Nothing is held in memory but one record, so
 * files may be of any size; what is wrong with a record is told with file and line, and the reading
 * goes on behind it. This folder knows no catalogue: which film is meant is service/'s. */
#ifndef MATINEE_IMPORTS_IMPORTS_H
#define MATINEE_IMPORTS_IMPORTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "dataset/volume.h"

enum imports_format {
    IMPORTS_UNKNOWN,
    IMPORTS_LETTERBOXD,
    IMPORTS_IMDB,
    IMPORTS_TRAKT,
    IMPORTS_JELLYFIN,
    IMPORTS_PLEX,
    IMPORTS_KODI,
    IMPORTS_MATINEE,
    IMPORTS_FORMATS
};
const char *imports_format_name(enum imports_format format); /* "Letterboxd" */

/* One film as somebody else names it, and what is said of it. Texts are valid during the call. */
struct imports_film {
    enum imports_format format;
    const char *imdb, *tmdb; /* digits; NULL: not said */
    const char *title;       /* NULL: not said */
    int year;                /* 0: not said */
    bool is_seen, is_liked, is_owned;
    bool is_other; /* a series, an episode, a game: no film unless its id is one */
    double rating; /* 0 ... 1, a share of the best; NaN: none */
    int64_t time;  /* seconds since 1970; 0: not said */
    const char *file;
    size_t line;
};

/* Whom all is told to. A function that returns another status than STATUS_OK ends the reading. */
struct imports_sink {
    void *context;
    enum status (*film)(void *context, const struct imports_film *film, struct error *error);
    /* One of Matinee's own lines, a JSON object. */
    enum status (*line)(void *context, const char *text, size_t length, const char *file,
                        size_t number, struct error *error);
    /* A record that cannot be read. */
    void (*fault)(void *context, const char *file, size_t line, const char *why);
};

/* Everything below a path. Errors: it is not there, nothing in it is known (STATUS_BAD_INPUT), it
 * unpacks to more than a hundred times its size (STATUS_LIMIT), the sink's. */
enum status imports_read(const char *path, const struct imports_sink *sink, struct error *error);
/* One member; *format is what it was taken for, IMPORTS_UNKNOWN: it was passed over. */
enum status imports_read_member(const struct volume_member *member, const char *folder,
                                const struct imports_sink *sink, enum imports_format *format,
                                struct error *error);

#endif
