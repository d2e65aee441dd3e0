/* top.tsx: the top rated, the popular, and what is watched of late. */
import { FilmList } from './browse'

export default function TopPage() {
  return <FilmList kind="top" />
}
