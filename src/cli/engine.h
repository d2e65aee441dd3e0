/* engine.h: a model file opened behind the service, for the commands that ask it something. */
#ifndef MATINEE_CLI_ENGINE_H
#define MATINEE_CLI_ENGINE_H

#include "cli/command.h"
#include "cli/table.h"
#include "service/service.h"

struct engine {
    const char *path;
    struct service *service;
    struct snapshot *snapshot;
    const struct dataset *catalogue; /* borrowed from the snapshot */
    struct service_model model;      /* strings live in the arena */
};

/* `file` as model_folder_choose takes it. Give it to engine_close in any case. */
enum status engine_open(struct engine *engine, const char *file, const struct arguments *arguments,
                        struct error *error);
void engine_close(struct engine *engine);

/* An item by outside id or title. Errors (STATUS_NOT_FOUND) name the nearest title. */
enum status engine_item(const struct engine *engine, const char *id_or_title, uint32_t *item,
                        struct error *error);
/* The same for a title that may be misspelt, where no other film could be meant: for those who then
 * show the film. */
enum status engine_film(const struct engine *engine, const char *typed, uint32_t *item,
                        struct error *error);
/* A genre. Errors (STATUS_NOT_FOUND) name the nearest. */
enum status engine_genre(const struct engine *engine, const char *name, uint32_t *genre,
                         struct error *error);
/* A row of a list of films: rank, title, genres, score. */
void engine_film_row(const struct engine *engine, struct table *table, size_t rank, uint32_t item,
                     const char *score);

#endif
