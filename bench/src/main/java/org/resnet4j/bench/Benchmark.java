package org.resnet4j.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.resnet4j.infer.ProcessorPeak;

/**
 * Measures a compiled plan and its peers in turn, round after round, so that whatever the machine
 * does between them it does to all.
 */
final class Benchmark {
  private static final int ROUNDS = 5;
  private static final double LONGEST_WARM_UP = 1;
  private static final double PEAK_SHARE = 0.2;
  private static final int STEP_RUNS = 25;

  /** Threads that wait for work by spinning give up within it. */
  private static final long SETTLE_MILLIS = 50;

  private final Settings settings;
  private final Consumer<String> progress;
  private final Model model;
  private final Machine machine = Machine.here();

  private Benchmark(Settings settings, Consumer<String> progress) {
    this.settings = settings;
    this.progress = progress;
    this.model = Model.of(settings.model(), settings.seed());
  }

  /**
   * Measures every precision at every batch size.
   *
   * @param progress what goes on, for people
   * @throws IllegalArgumentException if no model has that name
   * @throws org.resnet4j.weights.WeightsException if a folder is no model
   * @throws BenchException if outputs differ, the machine is busy or a process fails
   */
  static List<Result> run(Settings settings, Consumer<String> progress)
      throws IOException, InterruptedException {
    Benchmark benchmark = new Benchmark(settings, progress);
    return Workshop.with(
        folder -> {
          List<Result> results = new ArrayList<>();
          for (String precision : settings.precisions()) {
            for (int batch : settings.batches()) {
              results.add(benchmark.measure(precision, batch, folder));
            }
          }
          return results;
        });
  }

  /** A peer at work. */
  private record Rival(
      Peer peer, String precision, String network, Child child, Agreement agreement) {}

  private Result measure(String precision, int batch, Path folder)
      throws IOException, InterruptedException {
    List<Result.Unavailable> unavailable = new ArrayList<>();
    List<Rival> rivals = new ArrayList<>();
    List<Child> children = new ArrayList<>();
    try {
      Child own = started(job(Job.OWN, precision, batch, false, ""), folder, children);
      List<Double> logits = own.logits();
      for (Peer peer : settings.peers()) {
        for (String theirs : peer.precisions(precision)) {
          Optional<String> obstacle = peer.obstacle(model, theirs);
          if (obstacle.isPresent()) {
            unavailable.add(new Result.Unavailable(peer.id(), theirs, obstacle.get()));
          } else {
            try {
              rivals.add(rival(peer, precision, theirs, batch, logits, folder, children));
            } catch (BenchException e) {
              if (e.status() != BenchException.FAILED) {
                throw e;
              }
              unavailable.add(
                  new Result.Unavailable(peer.id(), theirs, String.valueOf(e.getMessage())));
            }
          }
        }
      }
      return timed(precision, batch, own, rivals, unavailable);
    } finally {
      children.forEach(Child::close);
    }
  }

  private Job job(String who, String precision, int batch, boolean firstStride, String file) {
    return new Job(
        who,
        settings.model(),
        firstStride,
        settings.seed(),
        precision,
        batch,
        settings.threadsEach(),
        settings.streams(),
        file);
  }

  private Child started(Job job, Path folder, List<Child> children) {
    progress.accept("starting %s %s, batch %d".formatted(job.who(), job.precision(), job.batch()));
    Child child = new Child(job, folder);
    children.add(child);
    return child;
  }

  private Rival rival(
      Peer peer,
      String precision,
      String theirs,
      int batch,
      List<Double> logits,
      Path folder,
      List<Child> children)
      throws IOException {
    boolean twin = peer == Peer.DJL;
    String file = twin ? "" : OnnxFiles.write(model, theirs, folder).toString();
    Child child = started(job(peer.id(), theirs, batch, twin, file), folder, children);
    String ours = twin ? "fp32" : precision;
    List<Double> expected = twin ? twinLogits(batch, folder) : logits;
    Agreement agreement = Agreement.of(expected, child.logits(), Agreement.bound(ours, theirs));
    agreement.require(Job.OWN + " " + ours, peer.id() + " " + theirs);
    String network =
        twin ? model.firstStrideTwin().orElseThrow().network().name() : model.network().name();
    return new Rival(peer, theirs, network, child, agreement);
  }

  /** Of our plan in fp32 with the stride where DJL has it. */
  private List<Double> twinLogits(int batch, Path folder) {
    try (Child twin = new Child(job(Job.OWN, "fp32", batch, true, ""), folder)) {
      return twin.logits();
    }
  }

  private Result timed(
      String precision,
      int batch,
      Child own,
      List<Rival> rivals,
      List<Result.Unavailable> unavailable)
      throws IOException, InterruptedException {
    double slice = settings.seconds() / ROUNDS;
    double warmUp = Math.min(LONGEST_WARM_UP, slice);
    own.run(warmUp);
    own.peak(warmUp * PEAK_SHARE);
    rivals.forEach(rival -> rival.child().run(warmUp));
    Bystanders bystanders = Bystanders.lookedAt(settings.force());
    List<Double> ours = new ArrayList<>();
    List<Double> products = new ArrayList<>();
    Map<Rival, List<Double>> theirs = new LinkedHashMap<>();
    rivals.forEach(rival -> theirs.put(rival, new ArrayList<>()));
    for (int round = 1; round <= ROUNDS; round++) {
      progress.accept("round %d of %d".formatted(round, ROUNDS));
      ours.addAll(own.run(slice));
      Thread.sleep(SETTLE_MILLIS);
      products.addAll(own.peak(slice * PEAK_SHARE));
      Thread.sleep(SETTLE_MILLIS);
      for (Map.Entry<Rival, List<Double>> rival : theirs.entrySet()) {
        rival.getValue().addAll(rival.getKey().child().run(slice));
        Thread.sleep(SETTLE_MILLIS);
      }
    }
    Result.Others others = bystanders.others();
    return result(precision, batch, own, unavailable, others, ours, products, theirs);
  }

  private Result result(
      String precision,
      int batch,
      Child own,
      List<Result.Unavailable> unavailable,
      Result.@Nullable Others others,
      List<Double> ours,
      List<Double> products,
      Map<Rival, List<Double>> theirs)
      throws IOException {
    int streams = settings.streams();
    Millis millis = Millis.of(ours);
    Millis product = Millis.of(products);
    double peak = 1000 * (double) ProcessorPeak.operations() * streams / product.min();
    double images = millis.rate(batch, streams);
    long multiplyAdds = model.network().multiplyAdds();
    List<Result.Opponent> opponents = new ArrayList<>();
    theirs.forEach((rival, times) -> opponents.add(opponent(rival, batch, images, times)));
    return new Result(
        settings.model(),
        "inference",
        precision,
        batch,
        settings.threads(),
        settings.mode().name().toLowerCase(Locale.ROOT),
        streams,
        settings.seed(),
        millis,
        ours.size(),
        images,
        2 * multiplyAdds * images / peak,
        new Result.Peak(peak / 1e9, product),
        opponents,
        unavailable,
        multiplyAdds,
        machine,
        others,
        Versions.with(own.version()),
        settings.explain()
            ? Steps.of(model.network(), batch, own.steps(STEP_RUNS), peak / streams)
            : null);
  }

  private Result.Opponent opponent(Rival rival, int batch, double ours, List<Double> times) {
    Millis millis = Millis.of(times);
    double images = millis.rate(batch, settings.streams());
    return new Result.Opponent(
        rival.peer().id(),
        rival.child().version(),
        rival.precision(),
        rival.network(),
        millis,
        times.size(),
        images,
        ours / images,
        rival.agreement().difference(),
        rival.agreement().bound());
  }
}
