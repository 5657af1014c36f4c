package org.resnet4j.example;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.resnet4j.infer.Classifier;
import org.resnet4j.infer.Prediction;
import org.resnet4j.recipe.RecipeFile;
import org.resnet4j.train.Outcome;
import org.resnet4j.train.Training;

public final class TrainAndClassify {
  public static void main(String[] args) {
    var recipe = RecipeFile.load("cifar-fast", Map.of("model", "resnet20", "epochs", "10"));
    var plan = new Training.Plan(recipe, "photos", Optional.of(Path.of("runs/photos")), "example");
    Outcome outcome = Training.run(plan, event -> {}, () -> false);
    System.out.printf("%d mistakes%n", outcome.test().mistakes());
    try (Classifier classifier = Classifier.load(outcome.run())) {
      for (Prediction prediction : classifier.classify(Path.of("cat.jpg"), 5)) {
        System.out.printf("%s %.3f%n", prediction.label(), prediction.probability());
      }
    }
  }
}
