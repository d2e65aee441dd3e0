/* service_import.h: what people bring along from elsewhere: into the store, with a report.
 *
 * Exports of Letterboxd, IMDb and Trakt become what a person has seen and rated; libraries of
 * Jellyfin, Plex and Kodi become the films of the household, and what was played there, where a
 * person is named, his too; lines of Matinee's own export become what they were. */
#ifndef MATINEE_SERVICE_SERVICE_IMPORT_H
#define MATINEE_SERVICE_SERVICE_IMPORT_H

#include <stdatomic.h>

#include "dataset/dataset.h"
#include "imports/imports.h"
#include "service/service.h"
#include "store/feedback.h"

struct import_request {
    const char *const *paths; /* [path_count] files and folders */
    size_t path_count;
    const char *person;        /* whose it is; NULL: named after the program that wrote it */
    bool replace_library;      /* films that are not in these libraries leave it */
    bool dry;                  /* reports, and writes nothing */
    bool films_only;           /* Matinee's own lines are refused: they may be of anybody */
    const atomic_bool *cancel; /* ends it (STATUS_CANCELLED); NULL: nothing does */
    /* Told of each person who was written about, perhaps more than once; may be NULL. */
    void (*changed)(void *context, const char *person);
    void *context;
};

enum import_note_kind { IMPORT_NOT_FOUND, IMPORT_NEAR, IMPORT_FAULT };
struct import_note {
    enum import_note_kind kind;
    const char *file;
    size_t line;
    const char *title; /* as it came; of a fault what is wrong */
    int year;
    uint32_t item; /* of IMPORT_NEAR: what it was taken for */
};
#define IMPORT_NOTES_MAX 1000

struct import_report {
    const char *person;              /* NULL: no person's films were there */
    size_t films[IMPORTS_FORMATS];   /* records of films that could be read */
    size_t by_id, by_title, near;    /* that were matched */
    size_t not_found, others;        /* others: series, episodes, games */
    size_t faults;                   /* records that could not be read */
    size_t lines;                    /* Matinee's own that were taken */
    size_t ratings, likes, views;    /* that were written for the person */
    size_t unchanged;                /* that the store had already */
    size_t library;                  /* films of libraries */
    const struct import_note *notes; /* the first IMPORT_NOTES_MAX, in the order of reading */
    size_t note_count;
};

/* `catalogue` NULL: only Matinee's own lines can be taken, `no_catalogue` says why. What had been
 * written before an error stays. Errors: imports_read's and the store's; a name for a person that
 * is too long (STATUS_BAD_USAGE). */
struct import_target {
    struct feedback *store;
    const struct dataset *catalogue;
    const char *no_catalogue;
};
enum status service_import(const struct import_target *target, const struct import_request *request,
                           struct arena *arena, struct import_report *report, struct error *error);
/* The same into the store of a service, with the films of a snapshot; whoever asks next has it. */
enum status service_import_live(struct service *service, const struct snapshot *snapshot,
                                const struct import_request *request, struct arena *arena,
                                struct import_report *report, struct error *error);

#endif
