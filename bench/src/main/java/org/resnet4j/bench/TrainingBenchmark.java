package org.resnet4j.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.resnet4j.train.StepPart;

/**
 * Measures our training step and those of peers in turn, round after round, so that whatever the
 * machine does between them it does to all.
 */
final class TrainingBenchmark {
  private static final int ROUNDS = 5;
  private static final double LONGEST_WARM_UP = 1;
  private static final double LONGEST_READING = 60;
  private static final int EXPLAINED_STEPS = 10;

  /** Threads that wait for work by spinning give up within it. */
  private static final long SETTLE_MILLIS = 50;

  private final TrainingSettings settings;
  private final Consumer<String> progress;
  private final Path folder;
  private final Model model;

  private TrainingBenchmark(TrainingSettings settings, Consumer<String> progress, Path folder) {
    this.settings = settings;
    this.progress = progress;
    this.folder = folder;
    this.model = Model.forTraining(settings.model(), settings.seed());
  }

  /**
   * Measures every precision at every batch size.
   *
   * @param progress what goes on, for people
   * @throws IllegalArgumentException if no model has that name
   * @throws org.resnet4j.weights.WeightsException if a folder is no model
   * @throws BenchException if losses differ, the machine is busy or a process fails
   */
  static List<TrainingResult> run(TrainingSettings settings, Consumer<String> progress)
      throws IOException, InterruptedException {
    return Workshop.with(
        folder -> {
          TrainingBenchmark benchmark = new TrainingBenchmark(settings, progress, folder);
          List<TrainingResult> results = new ArrayList<>();
          for (String precision : settings.precisions()) {
            for (int batch : settings.batchesFor(benchmark.model.network().input())) {
              results.add(benchmark.measure(precision, batch));
            }
          }
          return results;
        });
  }

  /**
   * Somebody at work.
   *
   * @param network what it trains
   * @param agreement of its losses with ours; nothing for ourselves
   */
  private record Runner(
      TrainingJob job,
      String network,
      boolean tuned,
      Child child,
      List<Double> losses,
      @Nullable LossAgreement agreement) {}

  private TrainingResult measure(String precision, int batch)
      throws IOException, InterruptedException {
    List<Result.Unavailable> unavailable = new ArrayList<>();
    List<Runner> runners = new ArrayList<>();
    try {
      runners.add(own(job(Job.OWN, precision, batch)));
      for (TrainingPeer peer : settings.peers()) {
        Optional<String> obstacle = peer.obstacle(model);
        if (obstacle.isPresent()) {
          unavailable.add(new Result.Unavailable(peer.id(), peer.precision(), obstacle.get()));
          continue;
        }
        try {
          runners.add(rival(peer, runners.get(0)));
        } catch (BenchException e) {
          if (e.status() != BenchException.FAILED) {
            throw e;
          }
          unavailable.add(
              new Result.Unavailable(peer.id(), peer.precision(), String.valueOf(e.getMessage())));
        }
      }
      return timed(runners, unavailable);
    } finally {
      runners.forEach(runner -> runner.child().close());
    }
  }

  private TrainingJob job(String who, String precision, int batch) {
    return new TrainingJob(
        who,
        settings.model(),
        "",
        false,
        settings.seed(),
        precision,
        batch,
        settings.threads(),
        "",
        "",
        TrainingJob.RATE,
        TrainingJob.MOMENTUM,
        TrainingJob.WEIGHT_DECAY);
  }

  private Runner own(TrainingJob job) {
    Child child = java(job, true);
    return new Runner(job, model.network().name(), true, child, losses(child), null);
  }

  /** Its first losses; whoever cannot take these steps is no more. */
  private static List<Double> losses(Child child) {
    try {
      return child.losses(LossAgreement.STEPS);
    } catch (RuntimeException e) {
      child.close();
      throw e;
    }
  }

  private Child java(TrainingJob job, boolean tuned) {
    tellStart(job);
    Child.Program program =
        Child.Program.java(job.who(), TrainingProcess.class, job.threads())
            .in(TrainingEnvironment.of(tuned, job.threads()), TrainingEnvironment.without(tuned));
    return new Child(program, job, folder);
  }

  private void tellStart(TrainingJob job) {
    progress.accept("starting %s %s, batch %d".formatted(job.who(), job.precision(), job.batch()));
  }

  private Runner rival(TrainingPeer peer, Runner own) throws IOException {
    return peer.djl() ? djl(peer, own) : pytorch(peer, own);
  }

  private Runner djl(TrainingPeer peer, Runner own) {
    TrainingJob job = job(peer.id(), "fp32", own.job().batch()).atFirstStride();
    TrainingJob twinJob = job(Job.OWN, "fp32", own.job().batch()).atFirstStride();
    List<Double> expected;
    try (Child twin = java(twinJob, true)) {
      expected = twin.losses(LossAgreement.STEPS);
    }
    return agreed(
        job,
        model.firstStrideTwin().orElseThrow().network().name(),
        peer.tuned(),
        java(job, peer.tuned()),
        twinJob,
        expected);
  }

  private Runner pytorch(TrainingPeer peer, Runner own) throws IOException {
    TorchNetwork network = TorchNetwork.of(model.network()).orElseThrow();
    int batch = own.job().batch();
    Path file =
        TrainingFile.write(
            model, TrainingJob.images(model.network(), batch, settings.seed()), folder);
    TrainingJob job = job(peer.id(), peer.precision(), batch).inPython(network, file);
    boolean tuned = peer.tuned();
    tellStart(job);
    Child child =
        Python.start(
            settings.python(),
            job,
            TrainingEnvironment.of(tuned, settings.threads()),
            TrainingEnvironment.without(tuned),
            folder);
    return agreed(job, network.name(), tuned, child, own.job(), own.losses());
  }

  private static Runner agreed(
      TrainingJob job,
      String network,
      boolean tuned,
      Child child,
      TrainingJob ours,
      List<Double> ourLosses) {
    List<Double> losses = losses(child);
    LossAgreement agreement =
        LossAgreement.of(losses, ourLosses, LossAgreement.bound(ours.precision(), job.precision()));
    try {
      agreement.require(
          ours.who() + " " + ours.precision(),
          ourLosses,
          job.who() + " " + job.precision(),
          losses);
    } catch (BenchException e) {
      child.close();
      throw e;
    }
    return new Runner(job, network, tuned, child, losses, agreement);
  }

  private TrainingResult timed(List<Runner> runners, List<Result.Unavailable> unavailable)
      throws IOException, InterruptedException {
    double slice = settings.seconds() / ROUNDS;
    for (Runner runner : runners) {
      runner.child().run(Math.min(LONGEST_WARM_UP, slice));
      runner.child().forgetPeak();
    }
    Bystanders bystanders = Bystanders.lookedAt(settings.force());
    Map<Runner, List<Double>> times = new LinkedHashMap<>();
    runners.forEach(runner -> times.put(runner, new ArrayList<>()));
    for (int round = 1; round <= ROUNDS; round++) {
      progress.accept("round %d of %d".formatted(round, ROUNDS));
      for (Map.Entry<Runner, List<Double>> entry : times.entrySet()) {
        entry.getValue().addAll(entry.getKey().child().run(slice));
        Thread.sleep(SETTLE_MILLIS);
      }
    }
    Result.Others others = bystanders.others();
    List<Measured> measured = new ArrayList<>();
    times.forEach((runner, millis) -> measured.add(new Measured(runner, row(runner, millis))));
    return result(measured, unavailable, others);
  }

  private record Measured(Runner runner, TrainingResult.Row row) {}

  private static TrainingResult.Row row(Runner runner, List<Double> times) {
    Millis millis = Millis.of(times);
    OptionalLong peak = runner.child().peakBytes();
    return new TrainingResult.Row(
        runner.job().who(),
        runner.child().version(),
        runner.job().precision(),
        runner.network(),
        TrainingEnvironment.words(runner.tuned()),
        millis,
        times.size(),
        millis.rate(runner.job().batch(), 1),
        peak.isPresent() ? peak.getAsLong() : null,
        runner.losses());
  }

  private TrainingResult result(
      List<Measured> measured, List<Result.Unavailable> unavailable, Result.@Nullable Others others)
      throws IOException {
    Runner own = measured.get(0).runner();
    TrainingResult.Row ours = measured.get(0).row();
    List<TrainingResult.Opponent> opponents = new ArrayList<>();
    for (Measured one : measured) {
      LossAgreement agreement = one.runner().agreement();
      if (agreement != null) {
        opponents.add(opponent(ours, one.row(), agreement));
      }
    }
    return new TrainingResult(
        settings.model(),
        "training",
        own.job().precision(),
        own.job().batch(),
        settings.threads(),
        settings.seed(),
        new TrainingResult.Sgd(TrainingJob.RATE, TrainingJob.MOMENTUM, TrainingJob.WEIGHT_DECAY),
        ours,
        opponents,
        unavailable,
        Machine.here(),
        others,
        Versions.with(own.child().version()),
        settings.data().map(data -> pipeline(own.job(), data)).orElse(null),
        settings.explain() ? parts(own.child().parts(EXPLAINED_STEPS)) : null);
  }

  private static TrainingResult.Opponent opponent(
      TrainingResult.Row ours, TrainingResult.Row theirs, LossAgreement agreement) {
    Long mine = ours.peakBytes();
    Long other = theirs.peakBytes();
    return new TrainingResult.Opponent(
        theirs,
        ours.imagesPerSecond() / theirs.imagesPerSecond(),
        mine == null || other == null ? null : (double) mine / other,
        agreement.difference(),
        agreement.bound());
  }

  private static List<TrainingResult.Part> parts(List<StepPart> parts) {
    double sum = parts.stream().mapToDouble(StepPart::seconds).sum();
    return parts.stream()
        .map(
            part ->
                new TrainingResult.Part(
                    part.phase(),
                    part.operator(),
                    part.count(),
                    1000 * part.seconds(),
                    part.seconds() / sum))
        .toList();
  }

  private TrainingResult.Pipeline pipeline(TrainingJob own, String data) {
    try (Child child = java(own.on(data), true)) {
      List<Double> first = child.pipeline(settings.seconds());
      List<Double> read = child.read(LONGEST_READING);
      return new TrainingResult.Pipeline(
          data,
          TrainingResult.Pace.of(first, own.batch()),
          read.get(0).intValue(),
          read.get(1).intValue(),
          TrainingResult.Pace.of(child.pipeline(settings.seconds()), own.batch()));
    }
  }
}
