/* model_file_names.h: what the tensors and texts of a model file are called; shared by those who
 * write and who read it. A model's own tensor NAME is "model.NAME".
 *
 *   users.offsets   U64 [users + 1]    where each outside id begins in
 *   users.ids       U8  [bytes]        the ids, one after another; likewise items.*
 *   movies.titles   U8  [bytes]        texts that end in 0, one for each item; likewise
 * movies.imdb, movies.tmdb, movies.facts (an empty text: none) movies.years    I32 [items] 0:
 * unknown movies.genres   U64 [items]        bit g: has genre g of genres          U8  [bytes]
 * texts that end in 0 tags            U8  [bytes]        texts that end in 0, and, where there are
 * tags: tags.offsets    U64 [items + 1] tags.applied    U32 [rows][2]      tag, count
 *   histories.offsets U64 [users + 1]  rows of each user, oldest first
 *   histories.items U32 [rows]
 *   histories.ratings F32 [rows]       only with ratings
 *   histories.times I64 [rows]         only with an order
 *   ratings.range   F32 [4]            lowest and highest of the data, then of the training rows */
#ifndef MATINEE_MODELS_MODEL_FILE_NAMES_H
#define MATINEE_MODELS_MODEL_FILE_NAMES_H

#define MODEL_FILE_FORMAT "matinee-model"
#define MODEL_FILE_PREFIX "model."

#define NAME_USER_OFFSETS "users.offsets"
#define NAME_USER_IDS "users.ids"
#define NAME_ITEM_OFFSETS "items.offsets"
#define NAME_ITEM_IDS "items.ids"
#define NAME_TITLES "movies.titles"
#define NAME_IMDB "movies.imdb"
#define NAME_TMDB "movies.tmdb"
#define NAME_FACTS "movies.facts"
#define NAME_YEARS "movies.years"
#define NAME_MOVIE_GENRES "movies.genres"
#define NAME_GENRES "genres"
#define NAME_TAGS "tags"
#define NAME_TAG_OFFSETS "tags.offsets"
#define NAME_TAGS_APPLIED "tags.applied"
#define NAME_HISTORY_OFFSETS "histories.offsets"
#define NAME_HISTORY_ITEMS "histories.items"
#define NAME_HISTORY_RATINGS "histories.ratings"
#define NAME_HISTORY_TIMES "histories.times"
#define NAME_RATING_RANGE "ratings.range"

#define KEY_FORMAT "format"
#define KEY_VERSION "version"
#define KEY_MODEL "model"
#define KEY_SETTINGS "settings"
#define KEY_DATA "data"
#define KEY_DATA_CHECKSUM "data_sha256"
#define KEY_DATA_TRAITS "data_traits" /* "ratings order seconds", those that hold */
#define KEY_FITTED_ON "fitted_on"
#define KEY_METRICS "metrics"
#define KEY_MEASURED_BY "measured_by"   /* where it is not the split of the settings */
#define KEY_WISH_ENCODER "wish_encoder" /* of models that take a wish: whose vectors they read */

#endif
