package org.resnet4j.study;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.resnet4j.arch.Network;
import org.resnet4j.arch.Shortcut;
import org.resnet4j.arch.Unit;
import org.resnet4j.data.Dataset;
import org.resnet4j.data.Subset;
import org.resnet4j.data.batch.Batch;
import org.resnet4j.nn.Probe;
import org.resnet4j.nn.Wiring;

/**
 * The work of a lens, in cells.
 *
 * <p>The cost of a cell is counted in images that pass forward through the whole network once.
 */
final class LensSurvey {
  /** So many cells at most for what takes all images: a kill costs an eighth of it. */
  private static final int MOST_PARTS = 8;

  /** Networks drawn for each point of a lesion curve. */
  static final int DRAWS = 5;

  /** Curves are means over draws: fewer images will do. */
  static final int LESION_IMAGES = 500;

  /** Images whose gradient comes along one path. */
  static final int PATH_IMAGES = 16;

  /** A watched pass, the way back and the sums; measured on ResNet-56. */
  private static final double SIGNALS_COST = 5;

  /** A pass each of whose units is split, and the way back; measured likewise. */
  private static final double PATH_COST = 4.5;

  private final LensSubject subject;
  private final int drawnPaths;
  private final Network network;
  private final LensDraws draws;
  private final List<Integer> removable;
  private final List<Integer> twoWays;
  private final Dataset lesionImages;
  private final Dataset pathImages;

  final List<Cells.Cell<LensSums>> signals;
  final List<Cells.Cell<Judged>> lesions;
  final List<Cells.Cell<LensLesion>> removed;
  final List<Cells.Cell<LensLesion>> permuted;
  final List<Cells.Cell<LensPaths.Measured>> paths;

  /** What was found of the unchanged network, and then of one without each removable block. */
  record Judged(List<LensJudgement> judgements) {
    Judged {
      judgements = List.copyOf(judgements);
    }

    Judged plus(Judged other) {
      return new Judged(
          IntStream.range(0, judgements.size())
              .mapToObj(i -> judgements.get(i).plus(other.judgements.get(i)))
              .toList());
    }
  }

  LensSurvey(LensSubject subject, LensPlan plan) {
    this.subject = subject;
    this.drawnPaths = plan.paths();
    this.network = subject.network();
    this.draws = new LensDraws(network, plan.seed());
    List<Unit> units = network.units();
    this.removable =
        indices(units).filter(i -> removal(units.get(i)) != LensBlock.Removal.NONE).toList();
    this.twoWays = indices(units).filter(i -> !units.get(i).plain()).toList();
    this.lesionImages = Subset.sample(subject.images(), LESION_IMAGES, plan.seed());
    this.pathImages = Subset.sample(subject.images(), drawnPaths * PATH_IMAGES, plan.seed());
    int parts = Math.min(MOST_PARTS, subject.batches());
    this.signals = each(IntStream.range(0, parts), part -> signals(part, parts));
    this.lesions = each(IntStream.range(0, parts), part -> lesions(part, parts));
    this.removed = each(cuts(), this::removed);
    this.permuted = each(swaps(), this::permuted);
    this.paths =
        twoWays.isEmpty() ? List.of() : each(LensPaths.measured(twoWays.size()), this::paths);
  }

  private static Stream<Integer> indices(List<Unit> units) {
    return IntStream.range(0, units.size()).boxed();
  }

  private static <T> List<Cells.Cell<T>> each(IntStream numbers, IntFunction<Cells.Cell<T>> cell) {
    return numbers.mapToObj(cell).toList();
  }

  private static <T> List<Cells.Cell<T>> each(
      List<Integer> numbers, IntFunction<Cells.Cell<T>> cell) {
    return each(numbers.stream().mapToInt(Integer::intValue), cell);
  }

  /** What removing a unit does. */
  static LensBlock.Removal removal(Unit unit) {
    if (unit.plain()) {
      return unit.in().equals(unit.out()) ? LensBlock.Removal.WHOLE : LensBlock.Removal.NONE;
    }
    return unit.block().shortcut() instanceof Shortcut.Identity
        ? LensBlock.Removal.WHOLE
        : LensBlock.Removal.BRANCH;
  }

  /** None, then ever more of the units that can be removed; nothing where none can. */
  private List<Integer> cuts() {
    return removable.isEmpty() ? List.of() : fromZero(LensDraws.growing(removable.size()));
  }

  /** None, then powers of two up to the number of units that can change places. */
  private List<Integer> swaps() {
    int movable = LensDraws.alike(network).stream().mapToInt(List::size).sum();
    return movable == 0
        ? List.of()
        : fromZero(
            LensDraws.growing(movable).stream().filter(n -> Integer.bitCount(n) == 1).toList());
  }

  private static List<Integer> fromZero(List<Integer> numbers) {
    return Stream.concat(Stream.of(0), numbers.stream()).toList();
  }

  /** All cells, in the order they run. */
  List<Cells.Cell<?>> cells() {
    List<Cells.Cell<?>> all = new ArrayList<>();
    Stream.of(signals, lesions, removed, permuted, paths).forEach(all::addAll);
    return Collections.unmodifiableList(all);
  }

  /** What all cells cost. */
  double cost() {
    return cells().stream().mapToDouble(Cells.Cell::cost).sum();
  }

  List<Integer> removable() {
    return removable;
  }

  List<Integer> twoWays() {
    return twoWays;
  }

  int lesionImages() {
    return lesionImages.size();
  }

  // What passes through the unchanged network.

  private Cells.Cell<LensSums> signals(int part, int parts) {
    return new Cells.Cell<>(
        "signals-" + (part + 1) + "-of-" + parts,
        "what passes through each block, part %d of %d".formatted(part + 1, parts),
        SIGNALS_COST * subject.images().size() / parts,
        LensSums.class,
        ticker -> {
          List<LensSums> sums = new ArrayList<>();
          overPart(
              part,
              parts,
              ticker,
              (batch, images) -> sums.add(LensProbe.look(subject.live(), batch, images)));
          return sums.stream().reduce(LensSums::plus).orElseThrow();
        },
        sums -> "%d blocks".formatted(sums.units().size()));
  }

  private void overPart(int part, int parts, Cells.Ticker ticker, LensSubject.Visitor visitor) {
    int from = part * subject.batches() / parts;
    int to = (part + 1) * subject.batches() / parts;
    int[] done = {0};
    subject.visit(
        from,
        to,
        (batch, images) -> {
          visitor.visit(batch, images);
          done[0]++;
          ticker.at((double) done[0] / (to - from), "batch %d of %d".formatted(done[0], to - from));
        });
  }

  // One block removed.

  private Cells.Cell<Judged> lesions(int part, int parts) {
    List<Wiring> wirings = new ArrayList<>();
    wirings.add(Wiring.whole(network));
    removable.forEach(unit -> wirings.add(Wiring.without(network, Set.of(unit))));
    LensPasses passes = new LensPasses(subject.live(), wirings);
    return new Cells.Cell<>(
        "lesions-" + (part + 1) + "-of-" + parts,
        "one block removed, part %d of %d".formatted(part + 1, parts),
        passes.cost() * subject.images().size() / parts,
        Judged.class,
        ticker -> {
          List<Judged> judged = new ArrayList<>();
          overPart(
              part,
              parts,
              ticker,
              (batch, images) -> judged.add(new Judged(passes.judge(batch, images))));
          return judged.stream().reduce(Judged::plus).orElseThrow();
        },
        judged -> "error %s".formatted(percent(judged.judgements().get(0).error())));
  }

  // Several removed or moved at random.

  private Cells.Cell<LensLesion> removed(int count) {
    Set<Set<Integer>> cuts = new LinkedHashSet<>();
    for (int draw = 0; draw < DRAWS; draw++) {
      cuts.add(draws.some("remove", removable, count, draw));
    }
    List<Wiring> wirings = cuts.stream().map(cut -> Wiring.without(network, cut)).toList();
    return lesion(
        "removed-" + count,
        "blocks removed at random: " + count,
        count,
        wirings,
        Collections.nCopies(wirings.size(), Double.NaN));
  }

  private Cells.Cell<LensLesion> permuted(int swaps) {
    List<int[]> orders =
        IntStream.range(0, swaps == 0 ? 1 : DRAWS)
            .mapToObj(draw -> draws.swapped(swaps, draw))
            .toList();
    return lesion(
        "permuted-" + swaps,
        "pairs of blocks swapped at random: " + swaps,
        swaps,
        orders.stream().map(order -> Wiring.ordered(network, order)).toList(),
        orders.stream().map(LensDraws::tau).toList());
  }

  private Cells.Cell<LensLesion> lesion(
      String key, String title, int count, List<Wiring> wirings, List<Double> taus) {
    LensPasses passes = new LensPasses(subject.live(), wirings);
    return new Cells.Cell<>(
        key,
        title,
        passes.cost() * lesionImages.size(),
        LensLesion.class,
        ticker -> {
          LensJudgement[] sums = new LensJudgement[wirings.size()];
          Arrays.fill(sums, LensJudgement.NONE);
          subject.visit(
              lesionImages,
              subject.batch(),
              (batch, images) -> {
                List<LensJudgement> judged = passes.judge(batch, images);
                IntStream.range(0, sums.length).forEach(i -> sums[i] = sums[i].plus(judged.get(i)));
                ticker.at(
                    (double) sums[0].images() / lesionImages.size(), sums[0].images() + " images");
              });
          return LensLesion.of(
              count,
              IntStream.range(0, sums.length).mapToObj(i -> draw(taus.get(i), sums[i])).toList());
        },
        lesion -> "error %s".formatted(percent(lesion.error())));
  }

  private static LensLesion.Draw draw(double tau, LensJudgement judged) {
    return new LensLesion.Draw(Double.isNaN(tau) ? null : tau, judged.error(), judged.meanLoss());
  }

  // Paths.

  private Cells.Cell<LensPaths.Measured> paths(int length) {
    int size = Math.min(PATH_IMAGES, subject.batch());
    return new Cells.Cell<>(
        "paths-" + length,
        "paths through %d of %d branches".formatted(length, twoWays.size()),
        PATH_COST * drawnPaths * Math.min(size, pathImages.size()),
        LensPaths.Measured.class,
        ticker -> {
          List<Double> gradients = new ArrayList<>();
          while (gradients.size() < drawnPaths) { // Few images come again, for other paths.
            subject.visit(
                pathImages,
                size,
                (batch, images) -> {
                  if (gradients.size() < drawnPaths) {
                    gradients.add(gradient(length, gradients.size(), batch, images));
                    ticker.at((double) gradients.size() / drawnPaths, gradients.size() + " paths");
                  }
                });
          }
          return new LensPaths.Measured(length, gradients);
        },
        measured -> String.format(Locale.ROOT, "gradient %.2g", measured.mean()));
  }

  /** The root-mean-square norm over images of the gradient that comes along one drawn path. */
  private double gradient(int length, int draw, Batch batch, Tensor images) {
    Set<Integer> branches = draws.some("path", twoWays, length, draw);
    List<Wiring.Visit> path = new ArrayList<>();
    for (Wiring.Visit visit : Wiring.whole(network).visits()) {
      Wiring.Paths other =
          branches.contains(visit.unit())
              ? Wiring.Paths.GRADIENT_BY_BRANCH
              : Wiring.Paths.GRADIENT_BY_SHORTCUT;
      path.add(twoWays.contains(visit.unit()) ? new Wiring.Visit(visit.unit(), other) : visit);
    }
    images.set_requires_grad(true);
    Tensor logits = subject.live().forward(images, new Wiring(path), Probe.NONE);
    LensProbe.loss(subject.live(), batch, logits).backward();
    return Math.sqrt(LensProbe.squaredNorm(images.grad()) / batch.size());
  }

  private static String percent(double fraction) {
    return String.format(Locale.ROOT, "%.1f %%", 100 * fraction);
  }
}
