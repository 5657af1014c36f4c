package org.resnet4j;

import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.equivalentTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaType;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.library.GeneralCodingRules;
import java.io.ObjectInputStream;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** The walls between packages. */
class ArchitectureTest {
  private static final String WALL_CLOCK =
      "java[.]time[.].*[.](now|system.*|tick.*)|java[.]util[.](Date|Calendar|GregorianCalendar)[.].*"
          + "|java[.]lang[.]System[.]currentTimeMillis"
          + "|.*[.](getLastModifiedTime|lastModified.*|creationTime)";
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("org.resnet4j");

  @Test
  void arch_depends_on_the_jdk_alone() {
    hold(
        classes()
            .that()
            .resideInAPackage("org.resnet4j.arch..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage("java..", "org.jspecify..", "org.resnet4j.arch.."));
  }

  @Test
  void report_depends_on_arch_alone() {
    hold(
        classes()
            .that()
            .resideInAPackage("org.resnet4j.report..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                "java..", "org.jspecify..", "org.resnet4j.arch..", "org.resnet4j.report.."));
  }

  @Test
  void packages_have_no_cycles() {
    hold(slices().matching("org.resnet4j.(*)..").should().beFreeOfCycles());
    hold(slices().matching("org.resnet4j.(**)").should().beFreeOfCycles());
  }

  @Test
  void native_code_stays_inside() {
    hold(
        noClasses()
            .that()
            .resideOutsideOfPackages(
                "org.resnet4j.tensor..",
                "org.resnet4j.nn..",
                "org.resnet4j.weights..",
                "org.resnet4j.optimizer..",
                "org.resnet4j.train..",
                "org.resnet4j.infer..",
                "org.resnet4j.study..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.bytedeco.."));
  }

  @Test
  void onnx_runtime_is_known_to_the_class_that_opens_it_alone() {
    hold(
        noClasses()
            .that()
            .doNotHaveFullyQualifiedName("org.resnet4j.infer.OnnxRuntime")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("ai.onnxruntime.."));
  }

  @Test
  void native_types_are_in_no_public_signature() {
    hold(
        classes()
            .that()
            .resideInAnyPackage(
                "org.resnet4j.arch..",
                "org.resnet4j.data..",
                "org.resnet4j.weights..",
                "org.resnet4j.report..")
            .should(haveNoPublicMemberOf(resideInAPackage("org.bytedeco.."))));
  }

  @Test
  void no_native_reader_sees_a_file() {
    hold(
        noClasses()
            .should()
            .dependOnClassesThat()
            .haveFullyQualifiedName("org.bytedeco.pytorch.InputArchive")
            .orShould()
            .dependOnClassesThat()
            .haveNameMatching("org\\.bytedeco\\.pytorch\\.(.*Unpickler|PickleReader|Jit.*)")
            .orShould()
            .callMethodWhere(
                target(owner(resideInAPackage("org.bytedeco.pytorch..")))
                    .and(
                        target(
                            nameMatching(
                                "load|load_from|pickle_load|jit_load|import_ir_module|unpickle")))));
  }

  @Test
  void weights_load_no_class_and_start_no_process() {
    hold(
        noClasses()
            .that()
            .resideInAPackage("org.resnet4j.weights..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("java.lang.reflect..", "java.lang.invoke..", "javax.script..")
            .orShould()
            .dependOnClassesThat()
            .belongToAnyOf(
                ClassLoader.class,
                ProcessBuilder.class,
                Runtime.class,
                ServiceLoader.class,
                ObjectInputStream.class)
            .orShould()
            .callMethodWhere(
                target(owner(equivalentTo(Class.class))).and(target(name("forName")))));
  }

  @Test
  void only_the_command_line_prints() {
    hold(
        noClasses()
            .that()
            .resideOutsideOfPackage("org.resnet4j.cli..")
            .should(GeneralCodingRules.ACCESS_STANDARD_STREAMS));
  }

  @Test
  void every_package_is_null_marked() {
    hold(classes().should(resideInAPackageMarked()));
  }

  @Test
  @Promise(
      id = "A12",
      fault = "the wall clock jumps",
      holds =
          "nothing asks it but the name of a new run folder and the stamps for TensorBoard and"
              + " MLflow, and nothing asks for the dates of files; durations are of a clock that"
              + " does not jump")
  void only_names_and_stamps_are_of_the_wall_clock() {
    hold(
        noClasses()
            .that()
            .haveNameNotMatching("org\\.resnet4j\\.(train\\.Run(Log|Folder)|mlflow\\..*)")
            .should()
            .callMethodWhere(
                new DescribedPredicate<JavaCall<?>>("ask the wall clock") {
                  @Override
                  public boolean test(JavaCall<?> call) {
                    return (call.getTargetOwner().getName() + "." + call.getName())
                        .matches(WALL_CLOCK);
                  }
                }));
  }

  /** A rule for a package that does not exist yet holds. */
  private static void hold(ArchRule rule) {
    rule.allowEmptyShould(true).check(CLASSES);
  }

  /** Constructors, methods and fields; a record's components are its accessors. */
  private static ArchCondition<JavaClass> haveNoPublicMemberOf(
      DescribedPredicate<? super JavaClass> forbidden) {
    return new ArchCondition<>(
        "have no public member of a class that does %s", forbidden.getDescription()) {
      @Override
      public void check(JavaClass item, ConditionEvents events) {
        item.getMembers().stream()
            .filter(member -> visible(member.getModifiers()))
            .filter(member -> raw(member).anyMatch(forbidden))
            .forEach(
                member ->
                    events.add(SimpleConditionEvent.violated(member, member.getDescription())));
      }
    };
  }

  private static boolean visible(Set<JavaModifier> modifiers) {
    return modifiers.contains(JavaModifier.PUBLIC) || modifiers.contains(JavaModifier.PROTECTED);
  }

  /** Every class a signature mentions, type arguments such as {@code List<Tensor>} included. */
  private static Stream<JavaClass> raw(JavaMember member) {
    Stream<JavaType> types =
        member instanceof JavaCodeUnit unit
            ? Stream.concat(Stream.of(unit.getReturnType()), unit.getParameterTypes().stream())
            : Stream.of(((JavaField) member).getType());
    return types
        .flatMap(type -> type.getAllInvolvedRawTypes().stream())
        .map(JavaClass::getBaseComponentType);
  }

  private static ArchCondition<JavaClass> resideInAPackageMarked() {
    return new ArchCondition<>("reside in a package marked @NullMarked in its package-info") {
      @Override
      public void check(JavaClass item, ConditionEvents events) {
        boolean marked =
            item.getPackage()
                .tryGetPackageInfo()
                .map(info -> info.isAnnotatedWith(NullMarked.class))
                .orElse(false);
        events.add(
            new SimpleConditionEvent(
                item, marked, item.getPackageName() + " has no package-info with @NullMarked"));
      }
    };
  }
}
