"""The category ids of a plan's songs: taken over where they are known, else encoded."""

from nocturne.schemas.errors import CorpusError
from nocturne.schemas.sequences import Vocabulary
from nocturne.tasks.corpus.notes.note_marker import ingest_command
from nocturne.tasks.corpus.notes.read_notes import require_unchanged, songs_of_shard
from nocturne.tasks.corpus.sequences.earlier_corpus import EarlierIds
from nocturne.tasks.corpus.sequences.sequence_plan import SequencePlan
from nocturne.tasks.corpus.sequences.sequence_tables import SongIds
from nocturne.tasks.music import categories
from nocturne.tasks.storage.layout import NOTES, DataFolder
from nocturne.tasks.storage.root import Root


class Encoding:
    """Yields the ids of one note shard after the other, and counts the songs it encoded.

    A shard is read only if a song of it has to be encoded.
    """

    def __init__(self, root: Root, plan: SequencePlan, vocabulary: Vocabulary) -> None:
        self.root, self.plan, self.vocabulary = root, plan, vocabulary
        self.earlier = EarlierIds(root, plan.earlier, plan.config, vocabulary.vocabulary_id)
        self.encoded = 0
        self.wrong: set[str] = set()  # songs whose notes are not as their manifests say

    def songs_of(self, shard: str) -> list[SongIds]:
        """Return the ids of the songs of a shard, in the plan's order."""
        names = self.plan.shards[shard]
        ids = {s: self.earlier.of(s) for s in names if self.earlier.has(self.plan.songs[s])}
        wanted = set(names) - ids.keys()
        if not wanted:
            return [(song, ids[song]) for song in names]
        found = 0
        for song, notes in songs_of_shard(self.root, self.plan.config.corpus, shard):
            if song in wanted:
                ids[song] = categories.encode_song(self.vocabulary, notes)
                found += 1
        self.encoded += found
        self.wrong |= {s for s in names if s not in ids or len(ids[s]) != self.plan.songs[s].notes}
        if found != len(wanted & ids.keys()):
            self.wrong |= wanted  # a song that the shard holds twice
        return [(song, ids[song]) for song in names if song in ids]

    def require_planned_songs(self) -> None:
        """Raise CorpusError if songs differed from their manifests."""
        plan = self.plan
        require_unchanged(self.root, plan.config.corpus, plan.notes)
        if self.wrong:
            raise CorpusError(
                f"{self.root.display_path(DataFolder(NOTES, plan.config.corpus).path)} "
                f"differs from its manifest in {len(self.wrong)} songs: delete them, then "
                f"{ingest_command(self.root, plan.config.corpus, plan.notes.source)}"
            )
