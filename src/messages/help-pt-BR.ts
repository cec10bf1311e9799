import type { helpEn } from './help-en.ts';

/** What `--help` says, in Portuguese of Brazil. */
export const helpPtBR: Record<keyof typeof helpEn, string> = {
  'help.title': 'Entrada: coloque uma planilha, receba tabelas.',
  'help.every':
    'Todo comando tem --help, --home DIR e --json; entrada --version diz qual é a versão.',
  'help.exitCodes':
    'Códigos de saída: 0 tudo certo; 1 uma falha nossa; 2 uso incorreto, ou algo que alguém precisa corrigir; 3 algo foi rejeitado; 4 tente de novo mais tarde.',
  'help.home':
    'a pasta com entrada/, backup/, rejeitados/ e o banco de dados (padrão: ENTRADA_HOME, ou a pasta atual)',
  'help.json':
    'um objeto JSON por linha na saída padrão; o que uma pessoa lê vai para a saída de erros',
  'help.help': 'este texto',
  'help.demo': 'cria planilhas de exemplo em uma pasta nova e as processa',
  'help.demo.home': 'a pasta a criar, ou a recriar (padrão: ./demo)',
  'help.run': 'carrega toda planilha à espera em entrada/, consolida e arquiva',
  'help.run.replaces': 'um arquivo substitui o anterior de mesmo nome',
  'help.run.rebuild':
    'refaz as tabelas de todos os meses a partir das linhas carregadas: depois de mudar um procedimento, ou uma tabela à mão',
  'help.watch': 'executa de novo sempre que chega uma planilha, até o Ctrl-C',
  'help.watch.sftp': 'serve SFTP também, como `entrada sftp`',
  'help.sftp':
    'serve SFTP, para que clientes enviem arquivos a entrada/; cuida das contas, mostra a chave do servidor',
  'help.sftp.about': `  entrada sftp: serve até o Ctrl-C.
  entrada sftp user add NAME: cria uma conta, ou dá a uma que já existe mais chaves, outra senha ou outra cota.
  entrada sftp user list: as contas.
  entrada sftp user remove NAME: remove uma conta; os arquivos dela ficam.
  entrada sftp fingerprint: a chave do servidor, como os clientes a veem.`,
  'help.sftp.key': 'para `sftp user add NAME`: chaves públicas com que a conta entra',
  'help.sftp.password':
    'para `sftp user add NAME`: pergunta a senha, ou a lê da primeira linha da entrada padrão',
  'help.sftp.quota': 'para `sftp user add NAME`: quanto dela pode esperar em entrada/ por vez',
  'help.spotify': 'pede ao Spotify os podcasts e episódios, e atualiza as três tabelas',
  'help.spotify.only': 'uma das três tabelas (padrão: todas)',
  'help.spotify.replay': 'usa as respostas que uma execução anterior guardou, sem a rede',
  'help.check': 'confere planilhas com o contrato e não carrega nada',
  'help.check.about': `  FILE é uma planilha em qualquer lugar, não só em entrada/. São mostradas a aba e a linha do cabeçalho encontradas,
  qual coluna da aba é qual do contrato, e as linhas: as que seriam carregadas, as que repetem outra (do arquivo, ou
  das tabelas, onde já as há), e as rejeitadas, com cada célula e o porquê; depois, da primeira tabela de somas, as
  somas que mudariam.

  Exemplo: entrada check "vendas abril.xlsx"

  Códigos de saída: 0 nada seria rejeitado; 3 algo seria; 2 um arquivo não existe, ou espera por um dataset.`,
  'help.check.replaces': 'como faria `run --replaces`: no lugar do anterior de mesmo nome',
  'help.check.any': 'sem contrato: lista toda célula com valor, de todas as abas',
  'help.check.format':
    'com --any, como as células são escritas (padrão: table; --json é --format json)',
  'help.status': 'o que houve com cada arquivo, e o que espera',
  'help.query': 'consulta as tabelas; somente leitura',
  'help.query.format': 'como as linhas são escritas (padrão: table; --json é --format json)',
  'help.retract': 'retira das tabelas um arquivo carregado, como se nunca tivesse sido enviado',
  'help.retract.dryRun':
    'só mostra o que mudaria: somas, antes e depois (20 de cada tabela; todas com --json)',
  'help.trace': 'o arquivo, a aba e a linha de cada venda por trás de um número',
  'help.trace.about': `  TABLE é uma das que \`entrada datasets\` mostra em "tabelas": a das linhas, ou uma de somas. KEY é uma coluna dela
  que não a da soma, e VALUE o que \`entrada query\` escreve ali; KEY= é uma célula em branco. Uma linha deve casar com todos os
  pares; sem nenhum, é a tabela inteira. São mostrados o arquivo, a aba e o número de cada linha, e o que ela acrescenta à
  soma. A que indica outra na última coluna repete essa outra e não soma.

  Exemplos: entrada trace con_ano_mes ANO=2019 MES=3
            entrada trace con_mar_lin "MARCA=QUEM DISSE BERENICE" ID_LINHA=2

  Códigos de saída: 0 feito, mesmo que nenhuma linha case; 2 não existe essa tabela ou coluna.`,
  'help.deploy':
    'cria ou atualiza as tabelas e os procedimentos no BigQuery; diga qual das duas opções',
  'help.deploy.dryRun': 'só mostra o que mudaria',
  'help.deploy.apply': 'mostra e faz',
  'help.datasets': 'os datasets conhecidos e seus contratos',
};
