import type { Code } from './en.ts';
import { helpPtBR } from './help-pt-BR.ts';

export const ptBR: Record<Code, string> = {
  'lake.changed':
    '{file} mudou, foi movido ou retirado durante a leitura. O que estiver lá na próxima vez será lido.',
  'lake.missing': '{file} não está mais lá.',
  'lake.exists':
    '{file} já existe e não foi sobrescrito. Use outro nome ou, antes, mova o arquivo antigo para outro lugar.',
  'lake.name':
    '"{file}" não pode ser usado como nome. Escreva pasta/nome, sem "." nem ".." no lugar de uma pasta e sem "/" no começo ou no fim.',
  'lake.long':
    'O nome {file} é longo demais para este disco. Dê ao arquivo um nome de no máximo 255 bytes.',
  'lake.full':
    'Não há mais espaço no disco para {file}. Libere espaço ou aumente a cota; depois é só tentar de novo.',
  'lake.readonly':
    'O disco de {file} permite apenas leitura. Monte-o com permissão de escrita e tente de novo.',
  'lake.forbidden':
    'O Entrada não tem permissão para {file}. Permita que o usuário que o executa leia e grave o arquivo e a pasta.',
  'lake.busy':
    'Há arquivos abertos demais para acessar {file}. É possível tentar de novo; se isso se repetir, aumente o limite de arquivos abertos (ulimit -n).',
  'lake.failing':
    'O disco ou a unidade de rede de {file} está com falha. Veja o registro do sistema (dmesg), e conserte ou monte de novo; depois é só tentar de novo.',
  'lake.noFolder':
    '{folder} deve ser uma pasta, e há outra coisa no lugar. Retire-a dali e tente de novo.',
  'lake.disks':
    '{file}: as duas pastas estão em discos diferentes. Coloque-as no mesmo disco, para que o arquivo seja movido de uma só vez.',
  'lake.bucket': 'O bucket {bucket} não existe. Crie-o ou corrija o nome em ENTRADA_LAKE.',
  'lake.refused':
    'O Google Cloud recusa o acesso a {file} ({detail}). Dê à conta que executa o Entrada o papel roles/storage.objectUser no bucket.',
  'lake.unreachable':
    'O Cloud Storage não respondeu sobre {file} ({detail}). Nada se perdeu. Verifique a conexão ou tente de novo mais tarde.',
  'bus.closed':
    'O tópico {topic} não recebe mais nada: o barramento foi fechado. Inicie o Entrada de novo.',
  'bus.subscribed':
    'O tópico {topic} já tem uma assinatura chamada {name}. Dê outro nome à segunda.',
  'bus.topic':
    'O tópico {topic} não existe no projeto. Crie-o com `terraform apply` (docs/deploy.md) ou corrija ENTRADA_PROJECT.',
  'bus.refused':
    'O Google Cloud recusa o acesso ao tópico {topic} ({detail}). Dê à conta que executa o Entrada o papel roles/pubsub.editor.',
  'bus.unreachable':
    'O Pub/Sub não respondeu sobre o tópico {topic} ({detail}). Nada se perdeu. Verifique a conexão ou tente de novo mais tarde.',
  'bus.message':
    'Uma mensagem do tópico {topic} não é do Entrada: começa com "{start}". Descubra quem a publica; nada foi feito com ela.',
  'bus.silent':
    'Nenhuma função disse nada durante {minutes} {minutes|minuto|minutos}. Veja os logs da função {topic} e o que está no tópico de mensagens não entregues; a próxima execução anuncia de novo.',
  'cloud.sdk':
    'O pacote {name} não está instalado. Instale-o junto do Entrada: `npm install {name}@{version}`.',
  'cloud.credentials':
    'O Google Cloud não sabe quem pergunta, ou para qual projeto ({detail}). Execute `gcloud auth application-default login` e defina ENTRADA_PROJECT, ou dê a esta máquina uma conta de serviço.',
  'zip.truncated':
    'A planilha está incompleta: falta o final do arquivo. Envie-a de novo, ou abra-a no Excel e salve-a outra vez.',
  'zip.broken':
    'A planilha está danificada: {detail}. Abra-a no Excel, deixe-o reparar o arquivo, salve e envie de novo.',
  'zip.corrupt':
    'A planilha está danificada: os bytes da parte {part} não são os que foram gravados. Envie-a de novo a partir do original.',
  'zip.duplicate':
    'A planilha contém a parte {part} duas vezes, e não se sabe qual delas vale. Abra-a no Excel e salve-a de novo.',
  'zip.encrypted': 'A parte {part} da planilha está criptografada. Salve a planilha sem senha.',
  'zip.method':
    'A parte {part} está comprimida de um modo que planilhas não usam (método {method}). Abra-a no Excel e salve-a de novo.',
  'workbook.empty': 'O arquivo está vazio. Envie-o de novo a partir do original.',
  'workbook.encrypted':
    'A planilha tem senha. No Excel: Arquivo > Informações > Proteger Pasta de Trabalho > Criptografar com Senha, apague a senha, salve e envie de novo.',
  'workbook.xls':
    'Esta é uma planilha .xls antiga (Excel 97-2003). No Excel: Arquivo > Salvar Como > Pasta de Trabalho do Excel (*.xlsx).',
  'workbook.xlsb':
    'Esta é uma planilha binária (.xlsb). No Excel: Arquivo > Salvar Como > Pasta de Trabalho do Excel (*.xlsx).',
  'workbook.otherType':
    'O arquivo não é uma planilha do Excel, apesar do nome: é um arquivo {type}. Abra-o no Excel e salve como Pasta de Trabalho do Excel (*.xlsx).',
  'workbook.document':
    'O arquivo não é uma planilha do Excel, apesar do nome: é um arquivo {type}. Envie a própria planilha, como Pasta de Trabalho do Excel (*.xlsx).',
  'workbook.archive':
    'O arquivo não é uma planilha do Excel, apesar do nome: é um arquivo ZIP. Descompacte-o e envie as planilhas que ele contém.',
  'workbook.repacked':
    'O arquivo contém as partes de uma planilha, mas fora do lugar: foi descompactado e compactado de novo. Envie a planilha como o Excel a salvou.',
  'workbook.unknownType':
    'O arquivo não é uma planilha do Excel: começa com "{start}". Abra o original no Excel e salve como Pasta de Trabalho do Excel (*.xlsx).',
  'workbook.partMissing':
    'A planilha está danificada: falta a parte {part}. Abra-a no Excel, deixe-o reparar o arquivo e salve de novo.',
  'workbook.sheetMissing':
    'A planilha está danificada: nada leva à aba "{sheet}". Abra-a no Excel, deixe-o reparar o arquivo e salve de novo.',
  'xml.doctype':
    'A parte {part} da planilha contém um DOCTYPE, que nenhuma planilha precisa ter e alguns ataques usam. Abra-a no Excel e salve-a de novo.',
  'xml.malformed':
    'A parte {part} da planilha está danificada: {detail}. Abra-a no Excel, deixe-o reparar o arquivo e salve de novo.',
  'damage.twoValues': 'uma célula tem dois valores',
  'damage.ranges': 'ela mescla, oculta ou calcula mais intervalos do que uma aba tem',
  'damage.declaration': 'ela contém uma declaração que nenhuma planilha tem',
  'damage.end': 'ela termina cedo demais',
  'damage.empty': 'ela está vazia',
  'damage.outside': 'ela tem texto fora de seus elementos',
  'damage.open': 'uma tag não é fechada',
  'damage.tags': 'suas tags não combinam',
  'damage.nameless': 'uma tag não tem nome',
  'damage.noValue': 'um atributo não tem valor',
  'damage.noQuotes': 'um atributo não tem aspas',
  'damage.attributes': 'um elemento tem atributos demais',
  'damage.deep': 'seus elementos estão aninhados fundo demais',
  'damage.behind': 'ela continua depois do fim',
  'damage.characters': 'ela contém bytes que não são caracteres',
  'damage.list': 'a lista de suas partes está danificada',
  'damage.listCut': 'a lista de suas partes está cortada',
  'damage.listLong': 'a lista de suas partes é longa demais',
  'damage.root': 'ela deveria ser um <{root}> de planilha e é outra coisa',
  'damage.partElsewhere': 'a parte {part} não está onde deveria',
  'damage.partCut': 'a parte {part} está cortada',
  'xml.entity':
    'A parte {part} da planilha contém "{entity}", que não representa nenhum caractere. Abra-a no Excel e salve-a de novo.',
  'xml.long':
    'A parte {part} da planilha tem um pedaço de mais de {limit} {limit|byte|bytes}, que nenhum programa de planilhas grava. Abra-a no Excel e salve de novo.',
  'xml.large':
    'A parte {part} da planilha passa de {limit} {limit|byte|bytes}, e nenhum programa de planilhas grava tanto que não sejam células. Abra-a no Excel e salve de novo.',
  'xml.encoding':
    'A parte {part} da planilha está em uma codificação desconhecida, {encoding}. Abra-a no Excel e salve-a de novo.',
  'sheet.address':
    'A aba "{sheet}" tem uma célula em um endereço impossível: {address}. Abra-a no Excel, deixe-o reparar o arquivo e salve de novo.',
  'sheet.otherRow':
    'A aba "{sheet}" tem na linha {row} uma célula em um endereço que não é dessa linha: {address}. Abra-a no Excel, deixe-o reparar o arquivo e salve de novo.',
  'sheet.rowNumber':
    'A aba "{sheet}" tem uma linha com um número impossível: {row}. Abra-a no Excel, deixe-o reparar o arquivo e salve de novo.',
  'sheet.tooLong':
    'A aba "{sheet}" tem uma linha {row}, e nenhuma aba passa de {last}. Abra a planilha no Excel, deixe que ele a repare e salve de novo.',
  'sheet.rowTwice':
    'A aba "{sheet}" contém a linha {row} duas vezes, e não se sabe qual delas vale. Abra-a no Excel e salve-a de novo.',
  'sheet.cellTwice':
    'A aba "{sheet}" contém a célula {cell} duas vezes, e não se sabe qual delas vale. Abra-a no Excel e salve-a de novo.',
  'sheet.longText':
    'Um texto da planilha passa de {limit} {limit|caractere|caracteres}, e nenhuma célula do Excel ou do Google Planilhas guarda mais. Encurte-o e salve a planilha de novo.',
  'limit.inflatedBytes':
    'A planilha descomprimida passa de {limit} {limit|byte|bytes}, e a leitura parou. Se ela é mesmo desse tamanho, aumente {setting}.',
  'limit.ratio':
    'A planilha descomprimida passa de {limit} {limit|vez|vezes} o seu tamanho, como só um arquivo hostil faz, e a leitura parou. Se ela é legítima, aumente {setting}.',
  'limit.cells':
    'Uma aba tem mais de {limit} {limit|célula|células} com valor. Se estiver certo, aumente {setting}, ou divida a planilha.',
  'limit.sheets':
    'A planilha tem mais de {limit} {limit|aba|abas}. Se estiver certo, aumente {setting}.',
  'limit.texts':
    'A planilha tem mais de {limit} {limit|texto diferente|textos diferentes}. Se estiver certo, aumente {setting}, ou divida a planilha.',
  'limit.textBytes':
    'Os textos da planilha ocupam mais de {limit} {limit|byte|bytes}. Se estiver certo, aumente {setting}, ou divida a planilha.',
  'spotify.secrets':
    'SPOTIFY_CLIENT_ID e SPOTIFY_CLIENT_SECRET não estão ambos definidos. Crie um app em https://developer.spotify.com/dashboard (o dono precisa do Spotify Premium) e coloque os dois valores no ambiente ou no .env.',
  'spotify.credentials':
    'O Spotify não aceita o client id e o secret ({answer}). Copie os dois de novo de https://developer.spotify.com/dashboard para SPOTIFY_CLIENT_ID e SPOTIFY_CLIENT_SECRET.',
  'spotify.unauthorized':
    'O Spotify recusa o token que acabou de dar ({answer}). Veja em https://developer.spotify.com/dashboard se o app continua ativo e confira SPOTIFY_API_URL e SPOTIFY_ACCOUNTS_URL.',
  'spotify.premium':
    'O Spotify só responde enquanto o dono do app tem Premium. Renove o Premium dessa conta, ou use o id e o secret de um app cujo dono o tenha.',
  'spotify.forbidden':
    'O Spotify nega acesso a este app ({answer}). Veja em https://developer.spotify.com/dashboard se o app está ativo e pode usar a Web API.',
  'spotify.limit':
    'O Spotify não aceita mais páginas de {limit}: as regras dele mudaram. Nada foi alterado. Atualize o Entrada, ou relate o problema.',
  'spotify.showMissing':
    'O Spotify não tem o podcast {show} no mercado {market}. Confira nas configurações o id do podcast (o final do endereço em open.spotify.com) e o mercado.',
  'spotify.refused':
    'O Spotify recusou {url} ({answer}). Confira SPOTIFY_API_URL, SPOTIFY_ACCOUNTS_URL e as configurações do dataset.',
  'spotify.rateLimited':
    'O Spotify recebeu requisições demais por enquanto. As tabelas estão como estavam e o que foi baixado está guardado; execute de novo depois de {until}. Outros apps da mesma conta do Spotify gastam a mesma cota.',
  'spotify.unavailable':
    '{host} não deu uma resposta que se possa usar após {tries} {tries|tentativa|tentativas} (a última: {answer}). As tabelas estão como estavam. Verifique a conexão, ou execute de novo mais tarde.',
  'spotify.allNull':
    'Uma página da resposta do Spotify trouxe {count} {count|item vazio|itens vazios} e nada mais (guardada como {page}). As tabelas estão como estavam. Execute de novo mais tarde; se isso se repetir, confira o mercado nas configurações.',
  'spotify.field':
    'A resposta do Spotify não é a esperada: o campo "{field}" de {item} contém {found} (guardada como {page}). As tabelas estão como estavam. Atualize o Entrada, ou relate o problema.',
  'spotify.fieldMissing':
    'A resposta do Spotify não é a esperada: falta o campo "{field}" em {item} (guardada como {page}). As tabelas estão como estavam. Atualize o Entrada, ou relate o problema.',
  'spotify.pageCap':
    'A lista "{list}" do Spotify não termina após {cap} {cap|página|páginas}, e a leitura parou. As tabelas estão como estavam. Se for a dos podcasts (shows), peça menos nas configurações; senão, relate o problema.',
  'spotify.total':
    'O Spotify conta {total} {total|item|itens} e entregou {found}, mesmo numa segunda leitura. Não se sabe se os itens que não vieram deixaram de existir; a próxima execução pergunta de novo.',
  'spotify.replay':
    'A execução não pode ser refeita: a página {page} não foi guardada, ou está danificada. Escolha uma execução que chegou ao fim, ou execute de novo sem replay.',
  'spotify.replayMissing':
    'Não há respostas guardadas de uma execução {run} em {folder}. `entrada status` mostra as execuções.',
  'spotify.replayOlder':
    'As respostas da execução {run} são mais antigas do que o que {table} contém, as da execução {newer}. Refaça essa, ou refaça a mais antiga em uma pasta nova.',
  'spotify.notYet':
    'O Spotify pediu a uma execução anterior que esperasse até {until}, e por isso nada foi pedido. Execute de novo depois disso.',
  'spotify.stopped': 'O Entrada foi parado antes que o Spotify respondesse. Execute de novo.',
  'spotify.empty':
    'O Spotify não trouxe nada para {table}, e as linhas que já estavam lá ficaram como estavam. Confira as configurações do dataset.',
  'spotify.changed': '{table}: {rows} {rows|linha|linhas}; {changes}',
  'spotify.change.added': '{count} {count|nova|novas}',
  'spotify.change.changed': '{count} {count|alterada|alteradas}',
  'spotify.change.vanished': '{count} {count|sumiu|sumiram}',
  'spotify.change.returned': '{count} {count|voltou|voltaram}',
  'spotify.change.removed': '{count} não {count|pertence|pertencem} mais',
  'spotify.unchanged': '{table}: {rows} {rows|linha|linhas}, nada de novo',
  'spotify.asItWas': '{table}: ficou como estava. {reason}',
  'spotify.warning': '  Atenção: {reason}',
  'spotify.nulls':
    '  {nulls|Deixado|Deixados} de fora, porque o Spotify {nulls|o deu vazio|os deu vazios}: {nulls} {nulls|item|itens}',
  'spotify.scheduled': 'A próxima consulta ao Spotify é em {time} (UTC).',
  'spotify.noDataset': 'Não há dataset do tipo spotify em {folders}. Coloque um lá.',
  'spotify.simulated':
    'Spotify, simulado: estas tabelas vêm de um pequeno servidor dentro desta demonstração, com podcasts que não existem; nada foi pedido ao Spotify. Para as verdadeiras, veja docs/spotify.md.',
  'dataset.syntax':
    '{file}, linha {line}, coluna {column}: isto não é YAML: "{text}". Veja o recuo, as aspas e os colchetes desta linha e da anterior.',
  'dataset.tab':
    '{file}, linha {line}: a linha está recuada com um tab, que o YAML não aceita. Use espaços.',
  'dataset.notUtf8':
    '{file} não está salvo em UTF-8, e não se podem ler os acentos. Salve em UTF-8 com um editor de texto.',
  'dataset.noContent':
    '{file}, linha {line}: o arquivo está vazio. Escreva o contrato; docs/datasets.md diz o que ele aceita, e os datasets que vêm com o Entrada são exemplos.',
  'dataset.keyTwice': '{file}, linha {line}: a chave {key} aparece duas vezes. Tire uma.',
  'dataset.missingKey':
    '{file}, linha {line}: falta a chave {key}. Acrescente; docs/datasets.md diz o que ela aceita, e os datasets que vêm com o Entrada são exemplos.',
  'dataset.unknownKey':
    '{file}, linha {line}: não existe a chave {key}. Renomeie ou tire; as chaves são: {wanted}.',
  'dataset.notMapping':
    '{file}, linha {line}: {found} está onde deveria haver chaves com seus valores, como "name: vendas".',
  'dataset.notText':
    '{file}, linha {line}: {key} é {found}, e o esperado é um texto. Ponha entre aspas.',
  'dataset.notBoolean': '{file}, linha {line}: {key} é {found}. Escreva true ou false.',
  'dataset.notVersion':
    '{file}, linha {line}: {key} é {found}. Escreva um número inteiro a partir de 1, como 2.',
  'dataset.notList':
    '{file}, linha {line}: {key} é {found}, e o esperado é uma lista, como [a, b].',
  'dataset.notOneOf': '{file}, linha {line}: {key} é {found}. O esperado é: {wanted}.',
  'dataset.empty': '{file}, linha {line}: {key} está vazio. Preencha.',
  'dataset.notName':
    '{file}, linha {line}: {key} é {found}, que não pode ser um nome em SQL. Use letras sem acento, algarismos e _, sem começar por algarismo.',
  'dataset.reserved':
    '{file}, linha {line}: {key} é {found}, que o SQL, a tabela das linhas ou as tabelas de somas reservam para si. Dê outro nome à coluna, e este como alias.',
  'dataset.upperCase':
    '{file}, linha {line}: {key} é {found}. Escreva em letras minúsculas: as tabelas levam esse nome.',
  'dataset.ownName':
    '{file}, linha {line}: {key} é {found}, nome que o Entrada dá a algo seu. Escolha outro.',
  'dataset.notBound':
    '{file}, linha {line}: {key} é {found}. Escreva um número ou, para datas, um dia como 2000-01-31.',
  'dataset.otherBound':
    '{file}, linha {line}: {key} é {found}, e a coluna é do tipo {type}. O limite de números é um número, e o de datas um dia como 2000-01-31.',
  'dataset.noBound':
    '{file}, linha {line}: {key} é {found}, e uma coluna do tipo {type} não tem limites. Retire-o.',
  'dataset.bounds':
    '{file}, linha {line}: {key} é {found}, que é mais do que o max {max}: nenhum valor estaria certo. Mude um deles.',
  'dataset.period':
    '{file}, linha {line}: period é {found}. Escreva o nome de uma das colunas, do tipo date ou datetime.',
  'dataset.periodOptional':
    '{file}, linha {line}: period é {found}, e essa coluna é opcional. Sem a data, nenhuma linha tem mês: torne-a obrigatória ou escolha outra.',
  'dataset.onlyKeyPeriod':
    '{file}, linha {line}: period é {found}, e essa coluna é a única chave. Ponha "key: true" em mais uma coluna: uma que diga de quê ou de quem é a linha.',
  'dataset.noKey':
    '{file}, linha {line}: nenhuma coluna é chave. Ponha "key: true" em pelo menos uma.',
  'dataset.sharedHeader':
    '{file}, linha {line}: as colunas {column} e {other} têm ambas o cabeçalho "{header}". Renomeie uma delas ou tire o alias.',
  'dataset.noContract':
    'A pasta {folder} não tem dataset.yaml. Acrescente-o (docs/datasets.md diz o que ele leva) ou tire a pasta de datasets/.',
  'dataset.unreadable':
    'Não é possível ler {file} ({detail}). Permita a leitura ao usuário que executa o Entrada, ou tire-o dali.',
  'dataset.misnamed': '{file} não é lido. Renomeie para dataset.yaml.',
  'dataset.notFolder':
    '{file} é um arquivo no lugar da pasta dos datasets. Mova para outro lugar; cada dataset é uma pasta em datasets/.',
  'dataset.noFolder':
    '{file} não está em uma pasta própria. Crie em datasets/ uma pasta para o dataset, e mova para lá todos os seus arquivos.',
  'dataset.noProcedure':
    '{file}, linha {line}: não existe o procedimento {found}. Acrescente o arquivo {found}.sql ao lado de dataset.yaml ou corrija o nome.',
  'dataset.noTable':
    '{file}, linha {line}: tables.sql não cria {found}. Corrija o nome ou crie-a ali; o que ele cria é: {made}.',
  'dataset.tableOfOther':
    '{file}, linha {line}: tables.sql cria {found}, que já é uma tabela de {owner}. Dê outro nome, aqui e nos procedimentos.',
  'dataset.sumColumn':
    '{file}, linha {line}: a última coluna de {table} é {found}. Uma tabela de somas termina com a soma, SUM_ e o nome de uma coluna do contrato; uma de outra coisa não é citada em tables. Corrija, com outra `version` no dataset.yaml se esta pasta já tem a tabela; no BigQuery ela precisa de outro nome.',
  'dataset.sumKey':
    '{file}, linha {line}: {table} tem a coluna {found}, que não é do contrato nem MONTH_START, ANO ou MES. As somas são só por essas. Renomeie-a, com outra `version` no dataset.yaml se esta pasta já tem a tabela; no BigQuery a tabela precisa de outro nome.',
  'dataset.unfilled':
    '{file}, linha {line}: nenhum procedimento de {dataset} põe linhas na tabela {found}, que ficaria vazia. Escreva INSERT INTO {found} ou MERGE INTO {found} em um deles e cite-o em procedures no dataset.yaml, ou tire a tabela. Uma lista que raramente muda é uma visão: CREATE VIEW IF NOT EXISTS {found} AS SELECT … (docs/datasets.md).',
  'dataset.noTables':
    '{file}, linha {line}: tables.sql não cria nenhuma tabela, e falta {found}. Crie ali essa tabela, e cada uma que os procedimentos mantêm.',
  'dataset.withSql': '{file}, linha {line}: {key} é {found}. Escreva sem .sql.',
  'dataset.kindTwice':
    '{file}, linha {line}: {other} também é do tipo spotify, e só pode haver um. Tire um deles.',
  'dataset.notWhole':
    '{file}, linha {line}: {key} é {found}. Escreva um número inteiro dentro de {wanted}.',
  'dataset.showId':
    '{file}, linha {line}: {key} é {found}. Escreva as 22 letras e algarismos do fim do endereço em open.spotify.com.',
  'dataset.market':
    '{file}, linha {line}: {key} é {found}. Escreva as duas letras maiúsculas de um país, como BR.',
  'dataset.words':
    '{file}, linha {line}: {key} é {found}, e todo episódio serviria. Escreva as palavras procuradas.',
  'dataset.schedule':
    '{file}, linha {line}: {key} é {found}, que não é um padrão cron de cinco campos. Escreva um como "0 6 * * *".',
  'dataset.never':
    '{file}, linha {line}: {key} é {found}, e uma hora assim nunca chega. Escreva uma que chegue, como "0 6 * * *".',
  'dataset.timezone':
    '{file}, linha {line}: {key} é {found}, que não é um fuso horário. Escreva um como America/Sao_Paulo.',
  'dataset.anew': '{dataset}: as tabelas foram refeitas, na versão {version}.',
  'dataset.wouldAnew':
    '{dataset}: as tabelas ainda não são da versão {version}, e ficam como estão. O que segue é comparado com elas como a próxima execução as faz.',
  'dataset.broken': '{dataset}: fica de fora até ser corrigido. {reason}',
  'dataset.awaited':
    'Nenhum dataset a reconhece, e ela pode ser de um que ficou de fora: {datasets}. Fica em entrada/ até que o dataset seja corrigido.',
  'contract.sheets':
    'Mais de uma aba pode ser a certa: {sheets}. Deixe só uma delas visível, ou envie uma de cada vez.',
  'contract.datasets':
    'A aba "{sheet}" tem as colunas de mais de um dataset: {datasets}. Quem cuida dos datasets deve distingui-los, por uma coluna obrigatória que os outros não tenham.',
  'contract.within':
    'A aba "{sheet}" tem as colunas de mais de um dataset: {datasets}. Tudo o que {dataset} exige está também nas planilhas de {other}. Quem cuida dos datasets precisa dar a {dataset} uma coluna obrigatória que aquelas não tenham, ou fazer dos dois um só, em que as outras colunas sejam opcionais.',
  'contract.hidden':
    'A aba "{sheet}" tem as colunas esperadas, mas está oculta. Clique com o botão direito em uma aba, escolha Reexibir e salve. Se ela não aparecer ali, quem fez a planilha a ocultou no editor do VBA.',
  'contract.twice':
    'A aba "{sheet}" tem duas vezes a coluna {header}: {cells}. Renomeie ou apague uma delas.',
  'contract.missing':
    'A aba "{sheet}" tem um cabeçalho na linha {row}, mas nele não há: {missing}. Acrescente o que falta, com esses nomes ({dataset}).',
  'contract.missingAmong':
    'A aba "{sheet}" tem um cabeçalho na linha {row}, mas nele não há: {missing}. Acrescente o que falta, com esses nomes ({dataset}), ou renomeie um dos outros: {others}.',
  'contract.noHeader':
    'Nenhuma aba tem um cabeçalho conhecido nas primeiras {rows} linhas. O esperado é, em uma só linha, {wanted}.',
  'cell.blank': '{cell}: {column} está em branco. Preencha.',
  'cell.notNumber':
    '{cell}: {column} pede um número, e "{value}" não pode ser lido como número sem adivinhar. Digite o número.',
  'cell.notInteger':
    '{cell}: {column} pede um número inteiro, e não {value}. Digite-o sem casas decimais.',
  'cell.notMoney':
    '{cell}: {column} pede um valor com no máximo duas casas decimais, e não {value}. Arredonde-o.',
  'cell.notDate':
    '{cell}: {column} pede uma data, e "{value}" não pode ser lido como data sem adivinhar. Digite uma data, como {date}.',
  'cell.hasTime':
    '{cell}: {column} deve conter só a data, e {value} traz também um horário. Retire o horário.',
  'cell.notText':
    '{cell}: {column} pede um texto, e {value} é um número ou uma data. Formate a célula como texto e digite de novo.',
  'cell.ambiguous':
    '{cell}: {column} contém o texto "{value}", que pode ser lido como dois números diferentes. Digite-o como número.',
  'cell.error': '{cell}: {column} contém o erro {value}. Corrija a fórmula.',
  'cell.boolean':
    '{cell}: {column} contém {value}, que não é número, data nem texto. Digite o que deve estar ali; se for um texto, formate antes a célula como texto.',
  'cell.uncalculated':
    '{cell}: {column} contém uma fórmula que nunca foi calculada. Abra a planilha no Excel e salve-a de novo.',
  'cell.invalid':
    '{cell}: {column} contém "{value}", que não é o que a célula diz ser. Digite o valor de novo.',
  'cell.tooLarge':
    '{cell}: {column} contém {value}, mais dígitos do que um número guarda com exatidão. Se for um código, quem administra o Entrada pode declarar a coluna como texto.',
  'cell.tooSmall': '{cell}: {column} contém {value}, e o mínimo é {min}. Corrija.',
  'cell.tooBig': '{cell}: {column} contém {value}, e o máximo é {max}. Corrija.',
  'cell.noSuchDate':
    '{cell}: {column} contém {value}, e essa data ou esse horário não existe. Digite-a de novo, como {date}.',
  'cell.merged':
    '{cell}: estas células estão mescladas sobre {column}, e não se sabe a que linhas o valor se refere. Desfaça a mescla e preencha cada célula.',
  'cell.total':
    '{cell}: {column} diz "{value}", e não se sabe se esta linha é um total ou um dado com esse nome. Tire a linha se for um total; se não for, quem cuida dos datasets pode declarar mais uma coluna como chave.',
  'warehouse.busy':
    'O banco de dados {file} está em uso pelo processo {holder}. Tente de novo quando ele terminar.',
  'warehouse.full':
    'O disco está cheio: {detail}. Libere espaço e execute de novo; nada se perdeu.',
  'warehouse.memory':
    'O banco de dados precisa de mais da metade da memória desta máquina: {detail}. Libere memória ou use uma máquina maior; nada se perdeu.',
  'warehouse.readonly':
    'Não é possível gravar no banco de dados: {detail}. Permita que o usuário que executa o Entrada leia e grave o arquivo e a pasta.',
  'warehouse.conflict':
    'Outra pessoa está alterando {place} ao mesmo tempo. Nada se perdeu; pode-se tentar de novo.',
  'warehouse.sameContent':
    'O conteúdo de {file} acaba de ser carregado com outro nome. A próxima leitura dirá isso.',
  'warehouse.tooManyBytes':
    'Uma consulta leria mais do que ENTRADA_MAX_BYTES permite ({detail}). Aumente o valor se for essa a intenção.',
  'warehouse.quota':
    'Uma cota de {place} se esgotou ({detail}). Tente mais tarde, ou peça uma cota maior no console do Google Cloud.',
  'warehouse.refused':
    'O Google Cloud recusa o acesso a {place} ({detail}). Conceda à conta que executa o Entrada os papéis roles/bigquery.dataEditor no conjunto de dados e roles/bigquery.jobUser no projeto.',
  'warehouse.unreachable':
    'O BigQuery não respondeu sobre {place} ({detail}). Nada se perdeu. Verifique a conexão, ou tente mais tarde.',
  'dataset.sqlForeign':
    '{file}, linha {line}: o BigQuery não pode ser preparado com este comando do dataset {dataset}: "{start}". tables.sql aceita CREATE TABLE IF NOT EXISTS e CREATE VIEW IF NOT EXISTS.',
  'warehouse.damaged':
    'O banco de dados {database} está danificado ou é de outro programa: {detail}. Tire-o dali e ponha no lugar a sua cópia dele. Toda planilha carregada está em backup/; até lá nada é alterado.',
  'warehouse.failed': 'O banco de dados falhou: {detail}.',
  'query.invalid': 'A consulta foi recusada: {detail}',
  'query.statements': 'Uma consulta é um só comando SQL; {count|foi dado|foram dados} {count}.',
  'check.failed':
    'Uma verificação de {dataset} falhou, e nada dele foi publicado: {compared} deveria ser {expected} e é {found}. O `checks.sql` dele diz o que se compara. Se um procedimento mudou, corrija-o; se alguém mudou uma tabela à mão, `entrada run --rebuild` a refaz; se não foi nem um nem outro, e o dataset veio com o Entrada, avise-nos, por favor.',
  fault:
    'Aconteceu algo que não deveria: {detail}. Nada se perdeu; por favor, avise-nos com ENTRADA_LOG=debug.',
  'output.lost': 'Não é possível gravar o que há a dizer: {detail}. O trabalho continua sem isso.',
  'usage.command': 'Não existe o comando "{command}". `entrada --help` mostra todos.',
  'usage.commandNear':
    'Não existe o comando "{command}". Você quis dizer `entrada {near}`? `entrada --help` mostra todos.',
  'usage.arguments': '{command} se usa assim: {usage}',
  'usage.unknownFlag':
    '{command} não tem a opção {flag}. `entrada {command} --help` lista as opções.',
  'usage.flagNear':
    '{command} não tem a opção {flag}. Você quis dizer {near}? `entrada {command} --help` mostra as opções.',
  'usage.flagValue':
    '{command}: a opção {flag} não se usa assim. `entrada {command} --help` mostra como.',
  'usage.format': 'Não existe o formato "{format}": use table, json ou csv.',
  'usage.formatJson': '--json escreve JSON, e --format {format} não. Deixe de fora um dos dois.',
  'usage.only': 'Não existe "{only}" para consultar: use podcasts, episodes ou gb.',
  'setting.empty': 'A configuração {setting} está vazia. Dê um valor a ela, ou tire-a.',
  'setting.tilde':
    'A configuração {setting} vale "{value}". Só um shell sabe o que ~ quer dizer: escreva o caminho inteiro.',
  'setting.oneOf': 'A configuração {setting} vale "{value}". Escreva um destes valores: {wanted}.',
  'setting.whole':
    'A configuração {setting} vale "{value}". Escreva um número inteiro acima de zero só com algarismos, como 1000.',
  'setting.seconds':
    'A configuração {setting} vale "{value}". Escreva um número de segundos, como 60; com 0 não se espera.',
  'setting.url':
    'A configuração {setting} vale "{value}". Escreva um endereço como https://storage.example.com: http ou https, e sem barra no final.',
  'setting.lake':
    'A configuração {setting} vale "{value}", que não é nem bucket nem pasta. Escreva um bucket como gs://BUCKET, sem nada depois do nome, ou o caminho de uma pasta.',
  'setting.warehouse':
    'A configuração {setting} vale "{value}". Escreva bigquery:PROJECT.DATASET, ou tire-a para usar um arquivo de banco de dados na pasta do Entrada.',
  'setting.listen':
    'A configuração {setting} vale "{value}". Escreva ENDEREÇO:PORTA com uma porta até 65535, como 127.0.0.1:2222.',
  'setting.unknown':
    'Não existe a configuração {setting}, e ela não muda nada. docs/settings.md mostra todas; tire-a se era para o Entrada.',
  'setting.unknownNear':
    'Não existe a configuração {setting}. Você quis dizer {near}? Renomeie ou tire; docs/settings.md mostra todas.',
  'setting.file':
    'As configurações em {file} não podem ser lidas ({detail}). Permita a leitura a quem executa o Entrada, ou remova-o.',
  'setting.line':
    '{file}, linha {line}: isto não define nada. Escreva NOME=valor, ou comece a linha com # se for uma anotação.',
  'setting.receiver':
    'As funções só recebem onde alcançam: ENTRADA_LAKE=gs://BUCKET, ENTRADA_BUS=pubsub e ENTRADA_WAREHOUSE=bigquery:PROJECT.DATASET, pois o arquivo de banco de dados de uma pasta aceita um processo por vez. Defina os três, ou ENTRADA_RECEIVER=here.',
  'home.made':
    'Uma nova pasta do Entrada foi criada em {home}. Coloque planilhas em {home}/entrada.',
  'home.lost':
    'Há arquivos em backup/ e não há o banco de dados {database}: um novo é criado, e eles só contam nele quando enviados de novo. Se ele se perdeu, pare e ponha ali a sua cópia.',
  'home.missing':
    'Ainda não há uma pasta do Entrada em {home}. `entrada run` cria uma; --home DIR ou ENTRADA_HOME indica outra pasta.',
  'home.taken':
    'Não é possível criar a pasta {folder}: há ali, ou acima dela, um arquivo, um link para lugar nenhum, ou nenhum disco. Tire o que está no lugar dela; --home DIR ou ENTRADA_HOME indica outra pasta.',
  'home.older':
    'As tabelas desta pasta foram feitas por um Entrada mais antigo. `entrada run` as atualiza, com as linhas que já estão nelas; nada se perde.',
  'home.newer':
    'As tabelas desta pasta foram feitas por um Entrada mais novo: {name} está na versão {found}, e este conhece a {version}. Use o mais novo, ou outra pasta.',
  'dataset.sql':
    '{file}, linha {line}: o banco de dados recusou este comando do dataset {dataset} ({detail}). Corrija e execute de novo.',
  'dataset.sqlMakes':
    '{file}, linha {line}: "{start}" não cabe aqui. tables.sql leva CREATE TABLE IF NOT EXISTS e CREATE VIEW IF NOT EXISTS com um nome sem aspas, cada um terminado por ; no fim da linha.',
  'dataset.sqlReads':
    '{file}, linha {line}: "{start}" não cabe aqui. checks.sql e warnings.sql só leem: SELECT, ou WITH e um SELECT, cada um terminado por ; no fim da linha.',
  'dataset.sqlChanges':
    '{file}, linha {line}: "{start}" não cabe aqui. Um procedimento leva INSERT, UPDATE, DELETE e MERGE, cada um terminado por ; no fim da linha; a transação em que ele roda é o Entrada que abre e fecha.',
  'dataset.sqlColumns':
    '{file}, linha {line}: este comando dá as colunas {found}; as esperadas são {wanted}, nesta ordem.',
  'dataset.noWarning':
    '{file}, linha {line}: nenhuma linha da carga {loadId} tem {keyColumn} {key} e {column} {value}. KEY_COLUMN e NAME_COLUMN são colunas do contrato, e um LOAD_ID é o da carga em que está o seu valor.',
  'dataset.columnType':
    '{file}, linha {line}: {column} é do tipo {is}, e nesta pasta ela é {was}. Dê outro nome à coluna nova, ou carregue em uma pasta nova os arquivos de backup/ que estão em vigor (docs/datasets.md).',
  'dataset.columnLost':
    '{file}, linha {line}: não há mais a coluna {column}, e seus valores se perderiam. Declare-a de novo (outro cabeçalho dela é um alias), ou carregue em uma pasta nova os arquivos de backup/ que estão em vigor (docs/datasets.md).',
  'dataset.columnRequired':
    '{file}, linha {line}: {column} é uma coluna nova, e as linhas já carregadas não têm nada nela. Declare-a com optional: true, ou carregue em uma pasta nova os arquivos de backup/ que estão em vigor (docs/datasets.md).',
  'dataset.notCounted':
    'Os procedimentos de {dataset} rodaram e deixaram meses sem contar, a partir de {from}: são consolidados a cada execução, e nunca contam. Um deles tem de definir ROWS_COUNTED em ledger_months onde DATASET é {dataset}; numa cópia de outro dataset, o nome antigo pode ter ficado.',
  'dataset.monthsOfOthers':
    "Os procedimentos de {dataset} mudam linhas de ledger_months que são de outros datasets, e por isso nada foi publicado. Cada comando sobre ledger_months precisa da condição DATASET = '{dataset}'.",
  'dataset.notUndone':
    'Os procedimentos de {dataset} não desfazem: com esta planilha carregada e retirada, {table} {key} tem "{after}" onde tinha "{before}". Um procedimento tem de tirar o que os seus meses não têm mais, não somar nada duas vezes, ler o que os anteriores na ordem fizeram, e não tocar em outros meses além dos que vão de p_from até antes de p_to. Se um procedimento mudou, dê outra version ao dataset.yaml; se alguém mudou uma tabela à mão, `entrada run --rebuild` a refaz.',
  'dataset.counted':
    'Os procedimentos de {dataset} definem ROWS_COUNTED como {counted} para uma carga que tem {accepted} {accepted|linha|linhas} em {month}, e por isso nada foi publicado. Faça que contem as linhas de cada carga e mês; docs/datasets.md mostra como.',
  'dataset.twice': 'Dois datasets se chamam {name}; um está em {folder}. Renomeie um deles.',
  'dataset.sqlMissing':
    'O dataset {dataset} não tem o arquivo {file}. Acrescente-o ao lado de dataset.yaml.',
  'warehouse.waiting': 'Esperando o processo {holder}, que está trabalhando nesta pasta ...',
  'file.loaded':
    '{file}: {read} {read|linha lida|linhas lidas}, {loaded} {loaded|carregada|carregadas}, {repeated} {repeated|repetida|repetidas}, {rejected} {rejected|rejeitada|rejeitadas}',
  'file.notCounted':
    '{file}: {read} {read|linha lida|linhas lidas}, {rejected} {rejected|rejeitada|rejeitadas}; as outras contam quando as tabelas forem consolidadas',
  'file.isRepeated': '{file}: nada de novo',
  'file.repeated': 'Mesmo conteúdo de {file}, carregado em {time} (UTC). Conta uma vez só.',
  'file.isRejected': '{file}: rejeitado',
  'file.rejections': '  As linhas rejeitadas, célula por célula: {place}',
  'file.skipped':
    '  Não são dados, e não foram somadas: {totals} {totals|linha|linhas} de total e {notes} de observação ({count|linha|linhas} {rows})',
  'file.ignoredColumns': '  Colunas que o contrato não prevê, ignoradas: {columns}',
  'file.rowsAbove':
    '  Acima do cabeçalho, por isso não lidas: linhas {rows}. Elas ficam abaixo de uma linha que traz algumas das colunas dele: se são dados, precisam desse cabeçalho, em uma planilha à parte.',
  'file.hidden':
    '  Ocultas no Excel, e lidas assim mesmo: {rows} {rows|linha|linhas}, {columns} {columns|coluna|colunas}',
  'file.later': '{file}: fica para depois. {reason}',
  'wait.ready': '{file}: pronto; a próxima execução o processa',
  'wait.name': '{file}: fica em entrada/; só planilhas .xlsx e .xlsm são processadas',
  'wait.hidden': '{file}: fica em entrada/; o nome começa com ponto',
  'wait.temporary': '{file}: fica em entrada/; o nome indica que o envio não terminou',
  'wait.lockFile':
    '{file}: fica em entrada/; o Excel ou o LibreOffice o cria enquanto uma planilha está aberta',
  'wait.empty':
    '{file}: fica em entrada/; por enquanto está vazio (se continuar assim por dez minutos, é rejeitado)',
  'wait.writing': '{file}: fica em entrada/; ainda está sendo gravado',
  'wait.incomplete':
    '{file}: fica em entrada/; o final ainda não chegou (sem ele por dez minutos, é rejeitado como danificado)',
  'odd.folder':
    '{file}: fica em entrada/; é uma pasta dentro de outra, e as planilhas são buscadas em entrada/ e nas pastas dela. Mova-as para cima.',
  'odd.closed':
    '{file}: fica em entrada/; não pode ser lido. Dê essa permissão a quem executa o Entrada.',
  'odd.spelling':
    '{file}: fica em entrada/; seu nome não está escrito em UTF-8 e não há como pedi-lo. Renomeie-o.',
  'odd.kind':
    '{file}: fica em entrada/; é um link ou algo assim, e não a própria planilha. Coloque-a ali.',
  'wait.gaps':
    '{file}: fica em entrada/; seus bytes ainda não são os que suas somas de verificação prometem',
  'run.unpublished': '{dataset}: não consolidado; suas tabelas estão como estavam. {reason}',
  'run.unwarned':
    '{dataset}: não foi possível gerar os avisos; as tabelas não são afetadas. {reason}',
  'run.nothing': 'Nada de novo.',
  'run.consolidated': '{dataset}: tabelas consolidadas para {ranges} (execução {run})',
  'run.cost':
    'BigQuery: {jobs} {jobs|job|jobs}, {mib} MiB {mib|faturado|faturados}, {seconds} s de tempo de slot',
  'warning.twoValues':
    'Atenção: {keyColumn} {key} tem dois valores de {column}: {one} ({oneAt}, linha {oneRow}) e {other} ({otherAt}, linha {otherRow})',
  'warning.more': 'Avisos dos mesmos tipos que não são mostrados: {count}',
  'watch.started': 'Observando {home}/entrada; Ctrl-C encerra.',
  'watch.stopped': 'Encerrado.',
  'watch.ended':
    'A observação termina aqui: corrija o que foi dito acima e inicie `entrada watch` de novo.',
  'sftp.listening': 'SFTP em {address}, chave do servidor {fingerprint}; Ctrl-C encerra.',
  'sftp.nobody': 'Ninguém pode entrar ainda: `entrada sftp user add NAME` cria uma conta.',
  'sftp.listen':
    'O endereço {address} não está disponível ({detail}). Libere-o, ou defina outro em ENTRADA_SFTP_LISTEN.',
  'sftp.accounts':
    'O arquivo de contas {file} não está certo: {place} falta, ou não é o que o Entrada grava ali. Reponha uma cópia do arquivo, ou tire-o dali e crie as contas de novo.',
  'sftp.hostKey':
    'A chave do servidor {file} não é uma chave Ed25519 sem senha. Ponha a certa de volta; sem o arquivo, uma nova é criada, e cada cliente pergunta se pode confiar nela.',
  'sftp.key':
    '{file} não é um arquivo de chaves públicas: uma linha começa com "{start}". Indique um arquivo como id_ed25519.pub: Ed25519, ECDSA, ou RSA de 2048 bits ou mais.',
  'sftp.userName':
    '"{name}" não pode ser o nome de uma conta. Use até 32 de a-z, 0-9, ".", "-" e "_", começando por letra ou dígito; root não é aceito.',
  'sftp.userUnknown': 'Não existe a conta {name}. `entrada sftp user list` mostra as que existem.',
  'sftp.userLocked':
    'Assim a conta {name} não conseguiria entrar. Informe --key FILE ou --password.',
  'sftp.quotaValue':
    '"{quota}" não é uma cota. Indique um número inteiro de megabytes acima de zero.',
  'sftp.passwordShort':
    'Uma senha tem pelo menos {least} {least|caractere|caracteres}; esta tem {found}.',
  'sftp.passwordPrompt': 'Senha para {name}:',
  'sftp.userColumns': 'conta, chaves, senha, cota (MB)',
  'sftp.userAdded':
    'A conta {name} está guardada, com {keys} {keys|chave|chaves} e {passwords} {passwords|senha|senhas}. Vale a partir da próxima entrada.',
  'sftp.userRemoved':
    'A conta {name} foi removida. Seus arquivos ficam, e uma sessão aberta vai até o fim.',
  'sftp.only': 'Este servidor só fala SFTP. Use sftp, ou scp sem -O.',
  'sftp.missing': 'Não existe {file} aqui. Existem entrada/ e rejeitados/.',
  'sftp.denied':
    '{file} não pode ser alterado. Só arquivos em entrada/ podem ser enviados, renomeados e removidos.',
  'sftp.name':
    'O nome {file} não pode ser usado: tem barra invertida ou caractere de controle, ou não está em UTF-8. Dê outro nome ao arquivo.',
  'sftp.handle': 'O programa pediu algo que não está aberto. Conecte de novo.',
  'sftp.handles':
    'Mais de {most} {most|arquivo está aberto|arquivos estão abertos} nesta sessão. Feche alguns.',
  'sftp.gaps':
    '{file} está incompleto: faltam bytes a partir do {offset}, e por isso não foi aceito. Envie-o de novo.',
  'sftp.quota':
    '{file} não cabe na cota de {quota} {quota|byte|bytes}, e por isso não foi aceito. Espere que os arquivos em entrada/ sejam processados, ou remova alguns.',
  'check.sheet': 'Aba "{sheet}", dataset {dataset}, cabeçalho na linha {row}',
  'check.columns': 'Colunas: {columns}',
  'check.rows':
    '{read} {read|linha lida|linhas lidas}: {newRows} {newRows|seria carregada|seriam carregadas}, {repeated} {repeated|é repetida|são repetidas}, {rejected} {rejected|rejeitada|rejeitadas}',
  'check.replaces': 'Substituiria o arquivo de mesmo nome carregado em {time} (UTC)',
  'check.format': 'Não existe o formato "{format}" para células: use table ou json.',
  'check.uncalculated': '(uma fórmula que nunca foi calculada)',
  'list.more': '  ... e mais {count}; --json mostra todas',
  'demo.dropped':
    '{count} {count|planilha de exemplo colocada|planilhas de exemplo colocadas} em {folder}',
  'demo.taken':
    'A pasta {home} não está vazia, e não foi a demonstração que a criou. Indique outra com --home DIR.',
  'demo.holds':
    '{home} tem arquivos que não são da demonstração: {files}. Mova-os para outro lugar, ou indique outra pasta com --home.',
  'demo.firstRows': '... {count} {count|linha|linhas} ao todo',
  'demo.next':
    'O banco de dados é {database}. Agora experimente:\n  {entrada} query --home {home} "SELECT * FROM con_mar_lin ORDER BY 5 DESC"\n  {entrada} status --home {home}\n  coloque uma planilha sua em {home}/entrada e depois: {entrada} run --home {home}',
  'deploy.local':
    'Em uma só máquina não há o que implantar: {database} é criado sozinho. ENTRADA_WAREHOUSE=bigquery:PROJETO.CONJUNTO indica um conjunto de dados do BigQuery.',
  'deploy.choose':
    'Diga qual: `entrada deploy --dry-run` mostra o que mudaria, `entrada deploy --apply` faz.',
  'deploy.needed':
    'Em {place} está implantada outra versão das tabelas ou dos procedimentos. `entrada deploy --dry-run` mostra a diferença, `entrada deploy --apply` atualiza.',
  'deploy.missing': 'Ainda não há nada do Entrada em {place}. `entrada deploy --apply` cria.',
  'deploy.columnLost':
    'A coluna {column} de {table} não está mais declarada, e seus valores se perderiam. Declare-a de novo, ou remova-a manualmente se não forem necessários.',
  'deploy.columnType':
    'A coluna {column} de {table} é {was} e está declarada como {is}. Dê outro nome à nova, ou copie a tabela manualmente.',
  'deploy.partitions':
    'A tabela {table} não está particionada como declarado, e o BigQuery não muda isso no lugar. Copie-a manualmente para uma tabela que esteja.',
  'deploy.create': 'criar {kind} {name}',
  'deploy.update': 'atualizar {kind} {name}',
  'deploy.addColumns': 'atualizar {kind} {name}: novas colunas {columns}',
  'deploy.months': 'consolidar de novo todos os meses de {name}',
  'deploy.nothing': '{place} está como deve estar.',
  'deploy.rehearsed': '{count} {count|mudança|mudanças} em {place}. Nada mudou ainda; --apply faz.',
  'deploy.done': '{count} {count|mudança feita|mudanças feitas} em {place}.',
  'retract.unknown':
    'Nenhum arquivo em vigor se chama "{file}", nem tem um hash que comece assim (com seis caracteres ou mais). `entrada status` mostra todos.',
  'retract.noDataset':
    '{file} foi carregado no dataset {dataset}, que não existe mais. Ponha a pasta dele de volta em datasets/ e então retire o arquivo.',
  'retract.ambiguous':
    '"{file}" indica mais de um arquivo. Escreva depois dele o hash do que se quer (quando foi carregado, linhas): {hashes}.',
  'retract.rehearsed':
    'Retirar {file} tiraria as linhas dele ({months}) e mudaria {keys} {keys|soma|somas}. Nada mudou ainda.',
  'retract.done':
    '{file} foi retirado: as linhas dele saíram ({months}), e {keys} {keys|soma mudou|somas mudaram}. O arquivo continua em backup/.',
  'retract.rehearsedEmpty':
    'Retirar {file} não mudaria nenhuma tabela: nenhuma linha dele foi carregada.',
  'retract.doneEmpty':
    '{file} foi retirado. Nenhuma linha dele tinha sido carregada e nenhuma tabela mudou. O arquivo continua em backup/.',
  'retract.rehearsedStill':
    'Retirar {file} não mudaria nenhuma tabela: o mesmo conteúdo também foi enviado como {files}, e continuaria contando por isso. `entrada retract {hash}` o retira sob todos os nomes.',
  'retract.doneStill':
    '{file} foi retirado. Nenhuma tabela mudou: o mesmo conteúdo também foi enviado como {files}, e continua contando por isso. `entrada retract {hash}` o retira sob todos os nomes.',
  'retract.alsoAs':
    'O mesmo conteúdo também foi enviado como {files}, e deixa de contar ali também. Envie-o de novo se ele deve contar.',
  'retract.wouldAlso':
    'O mesmo conteúdo também foi enviado como {files}, e deixaria de contar ali também.',
  'datasets.columns': 'coluna, tipo, chave, opcional, mín, máx, também chamada',
  'datasets.tables': 'tabelas: {tables}',
  'datasets.procedures': 'procedimentos: {procedures}',
  'datasets.then': 'depois',
  'datasets.settings': 'configuração, valor',
  'status.columns':
    'arquivo, situação, lidas, carregadas, rejeitadas, repetidas, quando (UTC), hash, por quê',
  'status.runColumns': 'execução, tabela, resultado, linhas, nulos, quando (UTC), por quê',
  'spotify.outcome.changed': 'alterada',
  'spotify.outcome.unchanged': 'sem novidades',
  'spotify.outcome.limited': 'limitada',
  'spotify.outcome.postponed': 'adiada',
  'spotify.outcome.refused': 'recusada',
  'spotify.outcome.failed': 'falhou',
  'status.outdated':
    '{dataset}: as tabelas ainda não são da versão {version}. A próxima execução as refaz; se a última tentou e não conseguiu, disse por quê, e a próxima também dirá.',
  'status.due':
    '{dataset}: o que foi carregado para {ranges} ainda não está nas tabelas. A próxima execução consolida; se a última tentou e não conseguiu, disse por quê, e a próxima também dirá.',
  'status.noDataset':
    '{dataset}: não há mais dataset com este nome, e há arquivos dele carregados. As tabelas dele ficam como estão, e uma planilha desse tipo é rejeitada. Coloque a pasta dele de volta em datasets/; se ele deve sair, retire antes os arquivos dele com `entrada retract`.',
  'state.received': 'recebido',
  'state.loaded': 'carregado',
  'state.rejected': 'rejeitado',
  'state.repeated': 'repetido',
  'state.retracted': 'retirado',
  'state.failed': 'falhou',
  'state.postponed': 'adiado',
  'state.gone': 'saiu',
  'changes.columns': 'antes, depois',
  'trace.columns': 'arquivo, aba, linha, {column}, repete',
  'trace.pair': '"{pair}" não é uma chave com seu valor. Escreva como ANO=2019.',
  'trace.twice': 'A chave {key} foi dada duas vezes. Dê uma só.',
  'trace.table': 'Não existe a tabela {table} para rastrear. Existem: {tables}.',
  'trace.column': '{column} não é uma chave da tabela {table}. As chaves são: {columns}.',
  'trace.notYet':
    'As tabelas desta pasta ainda não estão como o contrato de {dataset} as descreve. `entrada run` as atualiza.',
  'trace.sum':
    '{rows} {rows|linha conta e soma|linhas contam e somam} {sum} ({column}); {repeated} {repeated|outra repete uma que conta e não soma nada|outras repetem uma que conta e não somam nada}.',
  'trace.rows':
    '{rows} {rows|linha conta|linhas contam}; {repeated} {repeated|outra repete|outras repetem} uma que conta.',
  'trace.none':
    'Nenhuma linha corresponde. `entrada query "SELECT * FROM {table} LIMIT 10"` mostra como os valores são escritos.',
  'file.tookOver': 'Conta no lugar de {file}, que tinha o mesmo conteúdo.',
  'file.replaced': 'Substituído por um arquivo mais novo de mesmo nome.',
  'file.replaces': '  Substitui o arquivo de mesmo nome carregado em {time} (UTC)',
  'file.replacesStill':
    '  O que aquele arquivo dizia continua contando, pois também foi enviado como {files}. `entrada retract` com um desses nomes o retira também ali.',
  'file.replacesNot':
    '  Nenhuma linha dele foi carregada, e o arquivo com este nome carregado em {time} (UTC) continua valendo. Se não deve valer, `entrada retract` o retira.',
  'file.namesake':
    '  Outro arquivo de mesmo nome foi carregado em {time} (UTC), {hash}: {common} {common|linha deste também está|linhas deste também estão} nele, {fresh} não. Os dois contam. `entrada retract "{file}" {hash}` retira o anterior; da próxima vez, `entrada run --replaces` ou o contrato faz o mais novo substituí-lo.',
  'file.sameContent': '  Diz o mesmo que {file}, em outros bytes: nada de novo',
  'file.which': '{file} ({hash}, {time} UTC)',
  'file.gone': 'Foi sobrescrito, movido ou retirado antes que pudesse ser recebido.',
  'file.none': 'Não há um arquivo {file} que se possa ler.',
  ...helpPtBR,
};
