/* film.h: a film, its id, its genres as JSON members: the shapes that all answers share. */
#ifndef MATINEE_API_FILM_H
#define MATINEE_API_FILM_H

#include <jansson.h>
#include <stdint.h>

#include "base/buffer.h"
#include "dataset/dataset.h"
#include "service/service.h"

/* A text; bytes that are not UTF-8 become U+FFFD. */
json_t *film_text(const char *text, size_t length);
/* An outside id: a canonical decimal integer is a number, any other a string. */
json_t *film_outside_id(struct text_slice id);
json_t *film_id(const struct id_map *map, uint32_t index);
/* A genre's name; MovieLens' "unknown" is written with a capital. */
const char *film_genre(const struct dataset *catalogue, uint32_t genre);
json_t *film_genres(const struct dataset *catalogue, uint64_t genres);
/* Adds title, genres, and of year, IMDb and TMDb id and the facts file what is known. */
void film_describe(json_t *object, const struct dataset *catalogue, uint32_t item);
/* Adds the hue of its colour, 0 to 359, where it has one (service/film_hues.h). */
void film_colour(json_t *object, const struct snapshot *snapshot, uint32_t item);
/* Writes "item_id":1,"encoded_id":0,"title":... of film_describe and film_colour, without braces:
 * made once for a snapshot. */
void film_write(struct buffer *out, const struct snapshot *snapshot, uint32_t item);

#endif
