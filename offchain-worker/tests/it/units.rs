//! Auxiliary units around a bundled model.

use crate::harness::{agents, answer, bundled_models, id, key, models, Worker};

/// Additions beyond what the bundled models were taught: three digits and more.
fn hard_sums() -> Vec<(String, String)> {
    (0..24u64)
        .map(|n| (123 + 37 * n, 4_567 + 89 * n))
        .map(|(a, b)| (format!("{a}+{b}"), (a + b).to_string()))
        .collect()
}

async fn right_answers(worker: &Worker, agent: usize, offset: usize) -> usize {
    let mut right = 0;
    for (number, (prompt, sum)) in hard_sums().into_iter().enumerate() {
        let mut job = answer(offset + number, &prompt);
        job["agent"] = key(agent).into();
        right += usize::from(worker.answer(&job).await == sum);
    }
    right
}

#[tokio::test(flavor = "multi_thread")]
async fn same_model_should_be_right_with_the_calculator_and_wrong_without() {
    let name = bundled_models()[0].file_name().unwrap().to_owned();
    let with = |index: usize, unit: &str| {
        format!("[[agents]]\nkey = {:?}\nmodel = {name:?}\nunits = [{unit:?}]\n", key(index))
    };
    let units = "[[units]]\nname = 'check'\nkind = 'calculator'\nat = ['check']\n\
                 [[units]]\nname = 'answer'\nkind = 'calculator'\nat = ['answer']\n";
    let worker = Worker::start(
        &(models(1) + &agents(1, 1) + &with(1, "check") + &with(2, "answer") + units),
    )
    .await;
    let (alone, checked) =
        (right_answers(&worker, 0, 0).await, right_answers(&worker, 1, 100).await);
    let instead = right_answers(&worker, 2, 200).await;
    let all = hard_sums().len();
    println!(
        "of {all} sums of {name:?}: {alone} right alone, {checked} with the calculator behind it, \
         {instead} before"
    );
    assert!(alone <= all / 4, "{alone} of {all} right: these sums are no test of the unit");
    assert_eq!((checked, instead), (all, all));
    // What is no calculation is left to the model.
    let mut sort = answer(300, "sort 3 1 2");
    let plain = worker.answer(&sort).await;
    sort["agent"] = key(1).into();
    sort["id"] = id(301).into();
    assert_eq!(worker.answer(&sort).await, plain);
}

#[tokio::test(flavor = "multi_thread")]
async fn units_should_act_in_order_and_filters_decline() {
    let folder = bundled_models()[0].with_file_name("calculator");
    let units = format!(
        "[[units]]\nname = 'no-words'\nkind = 'filter'\n\
         prompt = {{ forbid = ['(?i)password'] }}\nanswer = {{ max_chars = 4 }}\n\
         [[units]]\nname = 'dates'\nkind = 'dates'\nat = ['answer']\n\
         [[units]]\nname = 'shout'\nkind = 'program'\nat = ['check']\n\
         program = {{ command = ['python3', '-c', '''{}'''], directory = {folder:?} }}\n",
        "import json, sys\nfor line in sys.stdin:\n    job = json.loads(line)\n    \
         print(json.dumps({\"id\": job[\"id\"], \"answer\": job[\"answer\"].upper()}), flush=True)"
    );
    let name = bundled_models()[0].file_name().unwrap().to_owned();
    let agent = format!(
        "[[agents]]\nkey = {:?}\nmodel = {name:?}\nunits = ['no-words', 'dates', 'shout']\n",
        key(0)
    );
    let worker = Worker::start(&(models(1) + &agent + &units)).await;
    assert_eq!(worker.answer(&answer(1, "days from 2024-02-28 to 2024-03-01")).await, "2");
    let reply = worker.finish(&answer(2, "weekday of 2000-01-01")).await;
    assert!(
        reply["reason"].as_str().unwrap().contains("too many"),
        "the filter sees \"Saturday\": {reply}"
    );
    let reply = worker.finish(&answer(3, "What is the PASSWORD?")).await;
    assert!(reply["status"] == "declined" && !reply.to_string().contains("What is"), "{reply}");
    let word = worker.answer(&answer(4, "last golk")).await;
    assert_eq!(word, word.to_uppercase(), "the program comes last");
}

/// The bundled models call no tools, so this shows only that a model in the worker is told of them:
/// a template that writes the names of tools makes another prompt of it.
#[tokio::test(flavor = "multi_thread")]
async fn tools_should_reach_the_chat_template_of_a_model_in_the_worker() {
    let (path, folder) = (&bundled_models()[0], tempfile::tempdir().unwrap());
    for entry in std::fs::read_dir(path).unwrap().flatten() {
        std::fs::copy(entry.path(), folder.path().join(entry.file_name())).unwrap();
    }
    let file = folder.path().join("tokenizer_config.json");
    let mut config: serde_json::Value =
        serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    let template = config["chat_template"].as_str().unwrap().to_string();
    let told = "{% if tools %}{% for tool in tools %}\
                {{ tool['function']['name'] }} {% endfor %}{% endif %}";
    config["chat_template"] =
        template.replacen("{% for message", &format!("{told}{{% for message"), 1).into();
    std::fs::write(&file, config.to_string()).unwrap();
    let with = |index: usize, lines: &str| {
        format!("[[agents]]\nkey = {:?}\nmodel = 'm'\n{lines}\n", key(index))
    };
    let model = format!("[[models]]\nname = 'm'\npath = {:?}\ntools = true\n", folder.path());
    let unit = "[[units]]\nname = 'calc'\nkind = 'calculator'\nat = ['tool']\n";
    let worker = Worker::start(&(model + &with(0, "") + &with(1, "units = ['calc']") + unit)).await;
    let prompts = ["37+12", "max 4 19 2", "last golk"];
    let mut answers = [Vec::new(), Vec::new()];
    for (number, prompt) in prompts.into_iter().enumerate() {
        for (agent, given) in answers.iter_mut().enumerate() {
            let mut job = answer(10 * agent + number, prompt);
            job["agent"] = key(agent).into();
            given.push(worker.finish(&job).await["answer"].clone());
        }
    }
    println!("without tools {:?}, told of one {:?}", answers[0], answers[1]);
    assert_eq!(answers[0][0], "49");
    assert_ne!(answers[0], answers[1]);
}
