"""A sample: what was measured on each object, what is to be predicted, where it comes from."""

from __future__ import annotations

import dataclasses
import pathlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import torch
from torch import Tensor

if TYPE_CHECKING:
    import pandas
    from matplotlib.axes import Axes

MOST_CLASSES = 10
"""A column of whole numbers with at most so many different values is taken for classes."""

MOST_CATEGORIES = 50
"""A text column with more different values than this is no category but a name or a free text."""


@dataclass(frozen=True, eq=False, repr=False)
class Sample:
    """A sample (data set) of N objects.

    Attributes
    ----------
    name : str
    x : Tensor or list
        What was measured. The first axis is the objects: tables (N, d), grey pictures (N, 1, H, W),
        colour pictures (N, 3, H, W) with values in [0, 1], series of one length (N, T, d), all
        float32. Texts, notes, words and series of different lengths, each (T, d), are a list of N
        items.
    y : Tensor, list or None
        What is to be predicted: int64 (N,) numbers of classes, float32 (N,) values, or a list of N
        sequences. None if there is nothing to predict.
    features : tuple of str
        Names and units of the columns of a table.
    classes : tuple of str
        Names of the classes: `classes[y[i]]` is the class of object i. Empty if y is no class.
    target : str
        Name and unit of y.
    description, origin, licence : str
        What it is; who made it and where it was taken from; on what terms.
    groups : Tensor or None
        int64 (N,). Objects of one group (a place, a review) belong together; `split` never parts
        them.
    adjacency : Tensor or None
        float32 (N, N), symmetric, zero diagonal: the edges, where the objects are nodes of a graph.
    """

    name: str
    x: Any
    y: Any = None
    features: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    target: str = ""
    description: str = ""
    origin: str = ""
    licence: str = ""
    groups: Tensor | None = None
    adjacency: Tensor | None = None

    def __post_init__(self) -> None:
        n = len(self.x)
        for part in ("y", "groups", "adjacency"):
            value = getattr(self, part)
            if value is not None and len(value) != n:
                raise ValueError(f"{self.name}: x has {n} objects, but {part} has {len(value)}")
        if self.adjacency is not None and tuple(self.adjacency.shape) != (n, n):
            raise ValueError(f"{self.name}: the adjacency of {n} nodes has to be {n} x {n}")
        if self.features and len(self.features) != self.x.shape[1]:
            raise ValueError(
                f"{self.name}: {len(self.features)} names for {self.x.shape[1]} columns"
            )
        if (
            self.classes
            and n
            and not 0 <= int(self.y.min()) <= int(self.y.max()) < len(self.classes)
        ):
            raise ValueError(f"{self.name}: y has to lie in 0..{len(self.classes) - 1}")

    def __len__(self) -> int:
        return len(self.x)

    def __repr__(self) -> str:
        lines = [f"Sample {self.name}: {len(self)} objects", f"  x        {_describe(self.x)}"]
        if self.adjacency is not None:
            lines.append(f"  edges    {int(self.adjacency.count_nonzero()) // 2}")
        if self.classes:
            counts = [f"{name} {count}" for name, count in self.counts.items()]
            if len(counts) > 12:
                counts = [*counts[:12], f"... {len(counts)} classes"]
            lines.append(f"  y        {self.target or 'class'}: {', '.join(counts)}")
        elif self.y is not None:
            lines.append(
                f"  y        {self.target + ': ' if self.target else ''}{_describe(self.y)}"
            )
        if self.groups is not None:
            lines.append(f"  groups   {len(self.groups.unique())}")
        lines += [f"  origin   {self.origin}"] * bool(self.origin)
        lines += [f"  licence  {self.licence}"] * bool(self.licence)
        return "\n".join(lines)

    @property
    def counts(self) -> dict[str, int]:
        """How many objects each class has, by its name."""
        return {name: int((self.y == c).sum()) for c, name in enumerate(self.classes)}

    # ----------------------------------------------------------------------------------------
    # Parts of a sample

    def subset(self, indices: Any) -> Sample:
        """The objects with the given numbers, in this order.

        Parameters
        ----------
        indices : sequence of int, Tensor of int, Tensor of N bool (True = keep), range or slice

        Returns
        -------
        Sample
            Of a graph: the nodes and the edges between them.

        Raises
        ------
        ValueError
            If a number is no object of the sample, or a mask has another length.
        """
        n = len(self)
        if not isinstance(indices, slice):
            indices = torch.as_tensor(indices)
            if indices.numel() == 0:
                indices = indices.long()
            if indices.dtype == torch.bool and tuple(indices.shape) != (n,):
                raise ValueError(
                    f"{self.name}: a mask needs {n} values, it has shape {tuple(indices.shape)}"
                )
            if indices.is_floating_point() or indices.dim() != 1:
                raise ValueError(
                    f"{self.name}: indices have to be a list of whole numbers or a mask"
                )
        try:
            chosen = torch.arange(n)[indices]
        except IndexError:
            raise ValueError(f"{self.name}: there are {n} objects, numbered 0..{n - 1}") from None
        return dataclasses.replace(
            self,
            x=_take(self.x, chosen),
            y=_take(self.y, chosen),
            groups=_take(self.groups, chosen),
            adjacency=None if self.adjacency is None else self.adjacency[chosen][:, chosen],
        )

    def split(
        self, test: float = 0.25, seed: int = 0, ordered: bool = False
    ) -> tuple[Sample, Sample]:
        """Training and test sample. See :meth:`split_indices`, which has the same parameters."""
        train, held_out = self.split_indices(test, seed, ordered)
        return self.subset(train), self.subset(held_out)

    def split_indices(
        self, test: float = 0.25, seed: int = 0, ordered: bool = False
    ) -> tuple[Tensor, Tensor]:
        """Numbers of the objects for training and for the test.

        At random; every class has the same share in both where there are classes; objects of one
        group stay together where there are groups (then the shares hold as nearly as the groups
        allow).

        Parameters
        ----------
        test : float
            Share of the test sample, between 0 and 1.
        seed : int
        ordered : bool
            True for series in time: the last part is the test sample, nothing is shuffled.

        Returns
        -------
        train, test : Tensor
            int64, in random order (ordered: in the order of the sample).

        Raises
        ------
        ValueError
            If a part would be empty, or an ordered split would part a group.
        """
        n = len(self)
        if not 0 < test < 1:
            raise ValueError(f"test is a share of the sample between 0 and 1, not {test}")
        size = round(test * n)
        if not 0 < size < n:
            raise ValueError(f"{self.name}: {n} objects cannot be split with test={test}")
        if ordered:
            train, held_out = torch.arange(n - size), torch.arange(n - size, n)
            if self.groups is not None and set(self.groups[train].tolist()) & set(
                self.groups[held_out].tolist()
            ):
                raise ValueError(f"{self.name}: an ordered split would part a group")
            return train, held_out

        generator = torch.Generator().manual_seed(seed)
        if self.groups is None:
            order = _even_order(self.y if self.classes else None, n, generator)
            held_out, train = order[:size], order[size:]
        else:
            names, group, sizes = self.groups.unique(return_inverse=True, return_counts=True)
            if len(names) < 2:
                raise ValueError(f"{self.name}: one group cannot be split")
            label = None
            if self.classes:  # the class of a group is its most frequent one
                table = torch.zeros(len(names), len(self.classes))
                table.index_put_((group, self.y), torch.ones(n), accumulate=True)
                label = table.argmax(1)
            order = _even_order(label, len(names), generator)
            # The number of leading groups whose total size is nearest to the wanted one.
            total = sizes[order].cumsum(0)[:-1]
            first = order[: int((total - size).abs().argmin()) + 1]
            inside = torch.isin(group, first)
            held_out, train = inside.nonzero().flatten(), (~inside).nonzero().flatten()
        return _shuffled(train, generator), _shuffled(held_out, generator)

    def standardise(self, test: Sample) -> tuple[Sample, Sample]:
        """Both samples minus the mean, divided by the standard deviation, of *this* (training) one.

        A column of a table, a channel of a picture or of a series is moved and scaled as a whole.
        The variance is the mean square (ddof = 0). A column that is constant here is only moved.

        Parameters
        ----------
        test : Sample
            With the same columns. It takes no part in the mean and the standard deviation.

        Returns
        -------
        train, test : Sample

        Raises
        ------
        ValueError
            If the sample holds no numbers (texts), or `test` has other columns.
        """
        rows, other = _rows(self), _rows(test)
        if rows.shape[1] != other.shape[1]:
            raise ValueError(f"{rows.shape[1]} columns in training, {other.shape[1]} in the test")
        if len(rows) == 0:
            raise ValueError(f"{self.name}: an empty sample has no mean")
        wide = rows.double()  # float32 sums lose digits on long samples
        mean, sd = wide.mean(0), wide.std(0, correction=0)
        sd[rows.amin(0) == rows.amax(0)] = 1.0

        def moved(x: Any) -> Any:
            if isinstance(x, list):
                return [((item.double() - mean) / sd).float() for item in x]
            shape = (1, -1, *[1] * (x.dim() - 2)) if x.dim() != 3 else (1, 1, -1)
            return ((x.double() - mean.view(shape)) / sd.view(shape)).float()

        return dataclasses.replace(self, x=moved(self.x)), dataclasses.replace(
            test, x=moved(test.x)
        )

    def batches(
        self, size: int, generator: torch.Generator | None = None
    ) -> Iterator[tuple[Any, Any]]:
        """One pass over the sample in mini-batches: each object once, in a new random order.

        Parameters
        ----------
        size : int
            Objects in a mini-batch; the last one may have fewer.
        generator : torch.Generator, optional
            Source of the order.

        Yields
        ------
        x, y
            Parts of `x` and `y` (lists where those are lists; y is None where there is none).
        """
        if size < 1:
            raise ValueError(f"a mini-batch has at least one object, not {size}")
        for chosen in torch.randperm(len(self), generator=generator).split(size):
            if len(chosen):
                yield _take(self.x, chosen), _take(self.y, chosen)

    def plot(self) -> Axes:
        """A picture of the sample that suits its kind.

        Returns
        -------
        matplotlib.axes.Axes
        """
        from basicdeepnets.data.drawing import draw  # matplotlib is slow to import

        return draw(self)

    # ----------------------------------------------------------------------------------------
    # A reader's own table

    @classmethod
    def from_csv(
        cls,
        path: str | pathlib.Path,
        target: str,
        name: str | None = None,
        features: Sequence[str] | None = None,
        task: Literal["classes", "numbers"] | None = None,
    ) -> Sample:
        """A sample from your own table: a csv file whose first line names the columns.

        Columns of numbers become features as they are. A text column becomes one feature for each
        of its values, 1 or 0. Rows with an empty cell are left out, and the description says how
        many.

        Parameters
        ----------
        path : path of the file
        target : str
            The column to predict.
        name : str, optional
            Name of the sample; else the name of the file.
        features : sequence of str, optional
            The columns to predict from; else all others.
        task : {"classes", "numbers"}, optional
            What the target is. Else: classes if it is text, true/false or at most 10 different
            whole numbers; otherwise numbers.

        Returns
        -------
        Sample
            x float32 (N, d); y int64 (N,) classes or float32 (N,) numbers.

        Raises
        ------
        ValueError
            If a column is not there, nothing is left after leaving out, a text column is a free
            text, or the target is text and was declared to be numbers.
        """
        import pandas

        if task not in (None, "classes", "numbers"):
            raise ValueError(f'task is "classes" or "numbers", not {task!r}')
        table = pandas.read_csv(path)
        columns = [c for c in table.columns if c != target] if features is None else list(features)
        for column in (target, *columns):
            if column not in table.columns:
                raise ValueError(
                    f"{path} has no column {column!r}; it has: {', '.join(map(str, table.columns))}"
                )
        if target in columns:
            raise ValueError(f"{target!r} cannot be both the target and a feature")
        if not columns:
            raise ValueError(f"{path}: no column is left to predict {target!r} from")
        table = table[[*columns, target]]
        whole = table.replace([float("inf"), -float("inf")], float("nan")).dropna()
        if whole.empty:
            raise ValueError(f"{path}: no row is without an empty cell")

        parts, names = [], []
        for column in columns:
            values = whole[column]
            if pandas.api.types.is_numeric_dtype(values):
                parts.append(torch.tensor(values.to_numpy(dtype="float32")).view(-1, 1))
                names.append(str(column))
                continue
            kinds = sorted(values.astype(str).unique())
            if len(kinds) > MOST_CATEGORIES:
                raise ValueError(
                    f"{path}: column {column!r} is text with {len(kinds)} different values, which "
                    "is no category; leave it out with features=[...]"
                )
            number = torch.tensor([kinds.index(v) for v in values.astype(str)])
            parts.append(torch.nn.functional.one_hot(number, len(kinds)).float())
            names += [f"{column}={kind}" for kind in kinds]

        y, classes = _target(whole[target], task, f"{path}: target {target!r}")
        missing = len(table) - len(whole)
        plural, was = ("", "was") if missing == 1 else ("s", "were")
        return cls(
            name=name or pathlib.Path(path).stem,
            x=torch.cat(parts, 1),
            y=y,
            features=tuple(names),
            classes=classes,
            target=target,
            description=f"{len(whole)} rows of {pathlib.Path(path).name}."
            + (f" {missing} row{plural} with an empty cell {was} left out." if missing else ""),
            origin=str(path),
        )


def _target(values: pandas.Series, task: str | None, where: str) -> tuple[Tensor, tuple[str, ...]]:
    """y and the names of the classes (none if y is numbers)."""
    from pandas.api.types import is_bool_dtype, is_numeric_dtype

    numeric = is_numeric_dtype(values) and not is_bool_dtype(values)
    if task is None:
        # A column of whole numbers arrives as float if it had an empty cell.
        few = numeric and bool((values % 1 == 0).all()) and values.nunique() <= MOST_CLASSES
        task = "classes" if few or not numeric else "numbers"
    if task == "numbers":
        if not is_numeric_dtype(values):
            raise ValueError(f'{where} holds text, so task="numbers" does not fit')
        return torch.tensor(values.to_numpy(dtype="float32")), ()
    if numeric and bool((values % 1 == 0).all()):
        values = values.astype("int64")
    kinds = sorted(values.unique())
    number = {kind: i for i, kind in enumerate(kinds)}
    return torch.tensor([number[v] for v in values]), tuple(str(kind) for kind in kinds)


def _take(values: Any, chosen: Tensor) -> Any:
    if values is None or isinstance(values, Tensor):
        return None if values is None else values[chosen]
    return [values[i] for i in chosen.tolist()]


def _shuffled(indices: Tensor, generator: torch.Generator) -> Tensor:
    return indices[torch.randperm(len(indices), generator=generator)]


def _even_order(label: Tensor | None, n: int, generator: torch.Generator) -> Tensor:
    """A random order of n objects in which every leading part has all classes in nearly equal
    shares.

    The k-th of the m objects of a class stands at place (k + 1/2) / m of the order.
    """
    order = torch.randperm(n, generator=generator)
    if label is None:
        return order
    place = torch.empty(n, dtype=torch.float64)
    for c in label.unique():
        members = order[label[order] == c]
        place[members] = (torch.arange(len(members), dtype=torch.float64) + 0.5) / len(members)
    return order[place[order].argsort(stable=True)]


def _rows(sample: Sample) -> Tensor:
    """Everything that was measured, as (rows, columns or channels)."""
    x = sample.x
    if isinstance(x, list):
        if not x or not all(isinstance(item, Tensor) for item in x):
            raise ValueError(f"{sample.name}: only numbers can be standardised")
        return torch.cat(x)
    return x.reshape(-1, x.shape[-1]) if x.dim() == 3 else x.movedim(1, -1).flatten(0, -2)


def _describe(values: Any) -> str:
    """Size and kind of x or y in a few words."""
    if isinstance(values, Tensor):
        size = " x ".join(map(str, values.shape))
        kind = {1: "numbers", 2: "table", 3: "series"}.get(values.dim())
        if values.dim() == 4:
            kind = "grey pictures" if values.shape[1] == 1 else "colour pictures"
        if values.numel() == 0:
            return f"{size} {kind}"
        known = values[~values.isnan()] if values.is_floating_point() else values
        return f"{size} {kind}, values {float(known.min()):.4g} .. {float(known.max()):.4g}"
    if not values:
        return "nothing"
    lengths = [len(item) for item in values]
    unit = "characters" if isinstance(values[0], str) else "steps"
    if isinstance(values[0], Tensor):
        unit = f"steps of {values[0].shape[-1]} channels"
    return f"{len(values)} sequences of {min(lengths)} .. {max(lengths)} {unit}"
