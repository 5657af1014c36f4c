package org.resnet4j.train;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.resnet4j.arch.Network;
import org.resnet4j.data.Dataset;
import org.resnet4j.data.image.PngEncoder;
import org.resnet4j.nn.LiveNetwork;
import org.resnet4j.recipe.Paper;
import org.resnet4j.recipe.RecipeFile;
import org.resnet4j.report.Confusion;
import org.resnet4j.report.EpochRow;
import org.resnet4j.report.RunReport;
import org.resnet4j.report.WrongImage;
import org.resnet4j.statistics.Proportion;
import org.resnet4j.tensor.Engine;
import org.resnet4j.weights.AtomicFile;

/** What a finished run leaves: the model folder with its card, and the report. */
record Results(
    Setup setup,
    RunFolder folder,
    RunFolder.Origin origin,
    LiveNetwork network,
    Averages averages,
    Progress progress,
    Outcome outcome) {

  void write() throws IOException {
    Map<String, String> conditions = conditions();
    List<String> labels = setup.data().train().classes();
    SavedModel model =
        new SavedModel(folder.model(), setup.network(), labels, setup.preprocessing());
    String last = outcome.choice().map(this::lastBeside).orElse(ModelCard.LAST);
    model.write(network, ModelCard.write(setup, outcome.test(), last, conditions));
    if (outcome.choice().isPresent()) {
      Choice choice = outcome.choice().get();
      String best = ModelCard.write(setup, choice.test(), bestBeside(choice), conditions);
      AtomicFile.write(folder.best().resolve("README.md"), best.getBytes(UTF_8));
    }
    if (averages.network().isPresent() && outcome.averaged().isPresent()) {
      Map<String, String> ofAverage = new LinkedHashMap<>(conditions);
      ofAverage.put("Weights", "moving average; those of the last step are in " + folder.model());
      model
          .in(folder.averagedModel())
          .write(
              averages.network().get(),
              ModelCard.write(setup, outcome.averaged().get(), ModelCard.LAST, ofAverage));
    }
    AtomicFile.write(folder.report(), report(conditions).html().getBytes(UTF_8));
  }

  private String lastBeside(Choice choice) {
    return "The figures are those of the last epoch, %d. %s: %s of them are right, here %s; its network is in %s and gets %s of the test images right"
        .formatted(
            choice.last().epoch(),
            best(choice),
            percent(choice.best().top1()),
            percent(choice.last().top1()),
            folder.best(),
            percent(choice.test().top1()));
  }

  private String bestBeside(Choice choice) {
    return "The figures are those of epoch %d. %s: %s of them are right, after the last epoch, %d, %s; the network of that is in %s and gets %s of the test images right"
        .formatted(
            choice.best().epoch(),
            best(choice),
            percent(choice.best().top1()),
            choice.last().epoch(),
            percent(choice.last().top1()),
            folder.model(),
            percent(outcome.test().top1()));
  }

  private static String best(Choice choice) {
    return "By %d validation images, and not by the test images, epoch %d was the best"
        .formatted(choice.images(), choice.best().epoch());
  }

  private Map<String, String> conditions() {
    Map<String, String> conditions = new LinkedHashMap<>();
    conditions.put("Command", origin.command());
    conditions.put(
        "Data",
        "%s, %d training and %d test images"
            .formatted(
                setup.data().name(), setup.data().train().size(), setup.data().test().size()));
    conditions.put("Seed", String.valueOf(setup.recipe().seed()));
    conditions.put("Machine", Machine.describe());
    conditions.put("Engine", Engine.describe() + ", " + network.precision().id());
    Paper.of(setup.recipe())
        .ifPresent(paper -> conditions.put("Paper", paper.summary(setup.recipe())));
    conditions.put("Recipe", RecipeFile.write(setup.recipe()).strip().replace("\n", ", "));
    return conditions;
  }

  private RunReport report(Map<String, String> ofModel) {
    Map<String, String> conditions = new LinkedHashMap<>(ofModel);
    if (!setup.data().notes().isEmpty()) {
      conditions.put("Notes", String.join("; ", setup.data().notes()));
    }
    Evaluation test = outcome.test();
    Map<String, String> headline = new LinkedHashMap<>();
    headline.put("Test accuracy", percent(test.top1()));
    outcome
        .averaged()
        .ifPresent(average -> headline.put("Averaged weights", percent(average.top1())));
    outcome
        .choice()
        .ifPresent(
            choice ->
                headline.put(
                    "Best of %d epochs by validation".formatted(choice.last().epoch()),
                    "epoch %d: test %s"
                        .formatted(choice.best().epoch(), percent(choice.test().top1()))));
    headline.put("95 % interval", sure(test));
    headline.put("Mistakes", "%d of %d".formatted(test.mistakes(), test.images()));
    headline.put("Training", "%d epochs, %.0f s".formatted(outcome.epochs(), outcome.seconds()));
    headline.put("Speed", "%.0f images/s".formatted(outcome.imagesPerSecond()));
    Network trained = setup.network();
    return new RunReport(
        "%s on %s".formatted(trained.name(), setup.data().name()),
        trained,
        progress.history().stream().map(Results::row).toList(),
        new Confusion(test.classes(), test.confusion()),
        wrongImages(test),
        headline,
        conditions,
        "./resnet4j predict " + folder.model() + " some.png",
        setup.judging());
  }

  private List<WrongImage> wrongImages(Evaluation test) {
    Dataset images = setup.data().test();
    List<WrongImage> wrong = new ArrayList<>();
    for (Evaluation.Mistake mistake : test.worst()) {
      wrong.add(
          new WrongImage(
              PngEncoder.encode(images.image(mistake.index())),
              test.classes().get(mistake.truth()),
              test.classes().get(mistake.predicted()),
              mistake.probability(),
              images.describe(mistake.index())));
    }
    return wrong;
  }

  private static EpochRow row(Event.Epoch epoch) {
    return new EpochRow(
        epoch.epoch(),
        epoch.rate(),
        epoch.trainLoss(),
        epoch.trainTop1(),
        epoch.testLoss(),
        epoch.testTop1(),
        epoch.testTop5(),
        epoch.imagesPerSecond(),
        epoch.seconds(),
        epoch.averageLoss(),
        epoch.averageTop1());
  }

  /** How sure the accuracy is, for other images of the kind. */
  static String sure(Evaluation test) {
    Proportion right = test.right();
    return "%s to %s".formatted(percent(right.low()), percent(right.high()));
  }

  static String percent(double fraction) {
    return String.format(Locale.ROOT, "%.2f %%", 100 * fraction);
  }
}
